import { Alert, Badge, Button, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArchive, IconPlus } from "@tabler/icons-react";
import type { Prompt, PromptVersion } from "../../../api/types";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useView } from "../../../state/useView";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import { PRODUCTION } from "../form/draft";
import { rollBackTargets } from "../history";
import { Served } from "../Served";
import { useDeployments } from "../useDeployments";
import { useRegistryChange } from "../useRegistryChange";
import { useVersions } from "../useVersions";
import classes from "./Detail.module.css";
import { EditDetails } from "./EditDetails";
import { RollBackButton } from "./RollBackButton";

interface Props {
  prompt: Prompt;
  onDeploy: (version: number) => void;
  onNewVersion: (from: PromptVersion) => void;
}

/** What the prompt is, what is served of it, and what can be done with it. */
export function PromptHeader({ prompt, onDeploy, onNewVersion }: Props) {
  const { role, time_zone: zone } = useProject();
  const { view } = useView();
  const [editing, details] = useDisclosure(false);
  const versions = useVersions(prompt.id);
  const deployments = useDeployments(prompt.id);
  const archive = useRegistryChange<Prompt>();
  const environment = view.environment ?? PRODUCTION;
  const served = prompt.deployed[environment];
  const target = rollBackTargets(deployments.data?.rows ?? []).get(environment);
  const newest = versions.data?.rows[0];
  const archived = prompt.archived_at !== null;
  const restore = () =>
    archive.mutate(
      { path: `/prompts/${prompt.id}/restore` },
      { onSuccess: () => notifications.show({ message: `${prompt.name} is out of the archive` }) },
    );
  return (
    <header className={classes["header"]}>
      <div className={classes["headline"]}>
        <h1 className={classes["title"]}>{prompt.name}</h1>
        {archived && (
          <Badge variant="default" leftSection={<IconArchive size={12} aria-hidden />}>
            Archived
          </Badge>
        )}
        <Served deployed={prompt.deployed} />
        {role !== "viewer" && (
          <div className={classes["actions"]}>
            {archived ? (
              <Button size="xs" loading={archive.isPending} onClick={restore}>
                Restore
              </Button>
            ) : (
              <>
                <Button
                  size="xs"
                  leftSection={<IconPlus size={15} aria-hidden />}
                  disabled={newest === undefined}
                  onClick={() => newest !== undefined && onNewVersion(newest)}
                >
                  New version
                </Button>
                <Tooltip label="Choose a version and where it is served">
                  <Button size="xs" variant="default" onClick={() => onDeploy(prompt.latest_version)}>
                    Deploy…
                  </Button>
                </Tooltip>
                {target !== undefined && served !== undefined && (
                  <RollBackButton
                    key={target}
                    prompt={prompt}
                    environment={environment}
                    from={served}
                    to={target}
                    size="xs"
                  />
                )}
                <Button size="xs" variant="default" onClick={details.open}>
                  Edit details
                </Button>
                <ConfirmButton
                  size="xs"
                  label="Archive"
                  does={`Archive ${prompt.name}`}
                  consequence="It leaves the list, and has no new versions and deployments. Programs are still served what they are now. It can be restored."
                  pending={archive.isPending}
                  error={archive.error}
                  onConfirm={(done) => archive.mutate({ path: `/prompts/${prompt.id}/archive` }, { onSuccess: done })}
                />
              </>
            )}
          </div>
        )}
      </div>
      <p className={classes["lead"]}>
        {prompt.description !== "" && <span className={classes["description"]}>{prompt.description}</span>}
        <span>
          {prompt.type === "chat" ? "Chat prompt" : "Text prompt"}, {prompt.versions}{" "}
          {prompt.versions === 1 ? "version" : "versions"}, made {formatTime(prompt.created_at, "date", zone)} by{" "}
          {prompt.created_by}
        </span>
        {prompt.tags.map((tag) => (
          <span key={tag}>#{tag}</span>
        ))}
      </p>
      {archived && (
        <Alert variant="light">
          Archived {formatTime(prompt.archived_at, "dateMinute", zone)}. It has no new versions and deployments;
          programs are still served what they were.
        </Alert>
      )}
      {archive.error !== null && archived && <Alert color="red">{archive.error.message}</Alert>}
      {editing && <EditDetails prompt={prompt} onClose={details.close} />}
    </header>
  );
}

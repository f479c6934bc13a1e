import { Button, NativeSelect } from "@mantine/core";
import { useSearchParams } from "react-router";
import type { Prompt, PromptVersion } from "../../../api/types";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { Panel } from "../../../ui/Panel";
import classes from "./Detail.module.css";
import { DiffView } from "./DiffView";
import { numberIn, withTab } from "./tabs";
import { VersionContent } from "./VersionContent";

interface Props {
  prompt: Prompt;
  version: PromptVersion;
  others: readonly PromptVersion[];
  onDeploy: (version: number) => void;
  onNewVersion: (from: PromptVersion) => void;
}

const NONE = "";

/** One version: its content, or its differences from another one. */
export function VersionDetail({ prompt, version, others, onDeploy, onNewVersion }: Props) {
  const [params, setParams] = useSearchParams();
  const { role, time_zone: zone } = useProject();
  const { number } = version;
  const other = numberIn(params, "with");
  const compare = (value: string) =>
    setParams((current) => withTab(current, "versions", { v: number, with: value === NONE ? null : Number(value) }));
  const mayChange = role !== "viewer" && prompt.archived_at === null;
  return (
    <Panel
      title={`Version ${number}`}
      note={`${formatTime(version.created_at, "dateMinute", zone)} by ${version.author}`}
      actions={
        mayChange && (
          <>
            <Button size="compact-xs" variant="default" onClick={() => onNewVersion(version)}>
              New version from this
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => onDeploy(number)}>
              Deploy…
            </Button>
          </>
        )
      }
    >
      <div className={classes["versionBody"]}>
        {version.message !== "" && <p className={classes["message"]}>{version.message}</p>}
        {others.length > 1 && (
          <NativeSelect
            size="xs"
            label="Compare with"
            className={classes["compare"] ?? ""}
            value={other === null ? NONE : String(other)}
            onChange={(event) => compare(event.currentTarget.value)}
            data={[
              { value: NONE, label: "nothing: show the content" },
              ...others
                .filter((one) => one.number !== number)
                .map((one) => ({
                  value: String(one.number),
                  label: one.message === "" ? `v${one.number}` : `v${one.number}: ${one.message.slice(0, 60)}`,
                })),
            ]}
          />
        )}
        {other === null || other === number ? (
          <VersionContent version={version} />
        ) : (
          <DiffView promptId={prompt.id} from={Math.min(other, number)} to={Math.max(other, number)} />
        )}
      </div>
    </Panel>
  );
}

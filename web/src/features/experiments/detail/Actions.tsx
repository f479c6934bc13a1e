import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconFlag, IconPencil, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { Link, useNavigate } from "react-router";
import type { Experiment } from "../../../api/experiments";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import { useExperimentWrite } from "../useExperimentWrite";
import { ConcludeDialog } from "./ConcludeDialog";
import { StartDialog } from "./StartDialog";

/** What can be done with an experiment as it stands. */
export function Actions({ experiment }: { experiment: Experiment }) {
  const { role } = useProject();
  const href = useHref();
  const navigate = useNavigate();
  const write = useExperimentWrite();
  const remove = useExperimentWrite();
  const [starting, start] = useDisclosure(false);
  const [concluding, conclude] = useDisclosure(false);
  const { id, status, title } = experiment;
  if (role === "viewer" || status === "concluded") return null;
  const act = (path: string, message: string) =>
    write.mutate(
      { path: `/${id}/${path}`, method: "POST" },
      {
        onSuccess: () => notifications.show({ message }),
        onError: (error) => notifications.show({ color: "red", message: error.message }),
      },
    );
  return (
    <Group gap="xs">
      <Button
        component={Link}
        to={href(`/experiments/${id}/edit`)}
        size="xs"
        variant="default"
        leftSection={<IconPencil size={14} aria-hidden />}
      >
        Edit
      </Button>
      {status === "draft" && (
        <>
          <ConfirmButton
            label="Delete draft"
            size="xs"
            does={`Delete draft “${title}”`}
            consequence="It has not started, so no data are lost. This cannot be undone."
            pending={remove.isPending}
            error={remove.error}
            onConfirm={(done) =>
              remove.mutate(
                { path: `/${id}`, method: "DELETE" },
                {
                  onSuccess: () => {
                    done();
                    notifications.show({ message: `Draft “${title}” deleted` });
                    void navigate(href("/experiments"));
                  },
                },
              )
            }
          />
          <Button size="xs" leftSection={<IconPlayerPlay size={14} aria-hidden />} onClick={start.open}>
            Start…
          </Button>
        </>
      )}
      {status === "running" && (
        <Button
          size="xs"
          variant="default"
          loading={write.isPending}
          leftSection={<IconPlayerPause size={14} aria-hidden />}
          onClick={() => act("pause", "Paused: who has a variant keeps it, nobody new is assigned")}
        >
          Pause
        </Button>
      )}
      {status === "paused" && (
        <Button
          size="xs"
          variant="default"
          loading={write.isPending}
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          onClick={() => act("start", "The experiment goes on")}
        >
          Resume
        </Button>
      )}
      {status !== "draft" && (
        <Button size="xs" leftSection={<IconFlag size={14} aria-hidden />} onClick={conclude.open}>
          Conclude…
        </Button>
      )}
      <StartDialog experiment={experiment} opened={starting} onClose={start.close} />
      {concluding && <ConcludeDialog experiment={experiment} onClose={conclude.close} />}
    </Group>
  );
}

import { Button, Skeleton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { lazy, Suspense, useState } from "react";
import { apiUrl } from "../../../api/client";
import type { IncidentDetail, PostMortem } from "../../../api/incidents";
import { useWatchRead } from "../../../api/useWatchRead";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { useProject } from "../../../state/ProjectContext";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import { DownloadLink } from "../../../ui/DownloadLink";
import { Empty } from "../../../ui/Empty";
import { FormError } from "../../../ui/FormError";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import classes from "../Incidents.module.css";
import { PostMortemEditor } from "./PostMortemEditor";

const MarkdownText = lazy(async () => ({ default: (await import("../../../ui/MarkdownText")).MarkdownText }));

interface Props {
  incident: IncidentDetail;
  mayEdit: boolean;
}

/** The document that closes an incident: drafted from what is known, written by people. */
export function PostMortemPanel({ incident, mayEdit }: Props) {
  const { id: project } = useProject();
  const path = `/incidents/${incident.id}/post-mortem`;
  const document = useWatchRead<PostMortem>(path);
  const draft = useWatchWrite<PostMortem>();
  const [editing, setEditing] = useState(false);
  const found = document.data;
  const text = found?.markdown ?? null;
  const writes = mayEdit && incident.status !== "post_mortem";
  const make = (done?: () => void) =>
    draft.mutate(
      { path: `${path}/draft`, method: "POST", body: { replace: found?.edited ?? false } },
      {
        onSuccess: () => {
          done?.();
          notifications.show({ message: "A draft is made from the timeline and the dossier" });
        },
      },
    );
  return (
    <Panel
      title="Post-mortem"
      note={found === undefined || text === null ? undefined : found.edited ? `by ${found.saved_by}` : "a draft"}
      actions={
        text !== null &&
        !editing && (
          <>
            <DownloadLink href={apiUrl(`${path}/export`, { project })}>Markdown</DownloadLink>
            {writes && found?.edited === false && (
              <Button size="compact-xs" variant="default" loading={draft.isPending} onClick={() => make()}>
                Draft anew
              </Button>
            )}
            {writes && found?.edited === true && (
              <ConfirmButton
                label="Draft anew"
                does="Replace the post-mortem by a new draft"
                consequence="What people wrote in it is lost."
                pending={draft.isPending}
                error={draft.error}
                onConfirm={make}
              />
            )}
            {writes && (
              <Button size="compact-xs" variant="default" onClick={() => setEditing(true)}>
                Edit
              </Button>
            )}
          </>
        )
      }
    >
      <RowsState
        what="The post-mortem"
        rows={found === undefined ? undefined : [found]}
        error={document.error}
        onRetry={() => void document.refetch()}
        empty={null}
      >
        {found !== undefined && editing && text !== null ? (
          <PostMortemEditor incident={incident} stored={found} onDone={() => setEditing(false)} />
        ) : text === null ? (
          <Empty title="No post-mortem yet">
            A draft is made from the timeline and the dossier: what happened, whom it hit, the likely cause, what was
            done. You complete it with what prevents the next one.
            {writes && (
              <div>
                <Button size="xs" mt="sm" loading={draft.isPending} onClick={() => make()}>
                  Draft the post-mortem
                </Button>
                <FormError error={draft.error} fields={[]} />
              </div>
            )}
          </Empty>
        ) : (
          <Suspense fallback={<Skeleton height={160} m="sm" w="auto" />}>
            <div className={classes["markdown"]}>
              <MarkdownText text={text} />
            </div>
          </Suspense>
        )}
      </RowsState>
    </Panel>
  );
}

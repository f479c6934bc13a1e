import { Modal, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import type { Dashboard, Share } from "../../../api/dashboards";
import { dashboard as dashboardKey } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";
import { Empty } from "../../../ui/Empty";
import { RowsState } from "../../../ui/RowsState";
import { NewShare } from "./NewShare";
import { ShareRow } from "./ShareRow";
import classes from "./Share.module.css";

interface Props {
  dashboard: Pick<Dashboard, "id" | "name">;
  onClose: () => void;
}

/** Links that show this dashboard to people without an account: made, listed, revoked. */
export function ShareDialog({ dashboard, onClose }: Props) {
  const api = useApi();
  const project = useProject().id;
  const { id, name } = dashboard;
  const shares = useQuery({
    queryKey: [...dashboardKey(project, id), "shares"],
    queryFn: async ({ signal }) =>
      (await api<Share[]>(`/dashboards/${encodeURIComponent(id)}/shares`, { params: { project }, signal })).data,
  });
  return (
    <Modal opened onClose={onClose} title={`Share “${name}”`} size="lg">
      <Stack gap="md">
        <p className={classes["lead"]}>
          Everybody in the project sees it already. Whoever has a link sees this dashboard, as it is saved, without an
          account, and nothing else of the project.
        </p>
        <NewShare dashboard={id} />
        <section aria-label="Links">
          <RowsState
            what="The links"
            rows={shares.data}
            error={shares.error}
            onRetry={() => void shares.refetch()}
            empty={<Empty title="No links yet" />}
          >
            <ul className={classes["list"]}>
              {shares.data?.map((share) => (
                <ShareRow key={share.id} dashboard={id} share={share} now={shares.dataUpdatedAt} />
              ))}
            </ul>
          </RowsState>
        </section>
      </Stack>
    </Modal>
  );
}

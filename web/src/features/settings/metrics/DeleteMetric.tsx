import { Button, Group, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useApi } from "../../../api/ApiContext";
import type { CustomMetric, Dashboard, DashboardSummary } from "../../../api/dashboards";
import { dashboards } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { FormError } from "../../../ui/FormError";
import classes from "../Settings.module.css";
import { useMetricWrite } from "./useMetricWrite";

interface Props {
  metric: CustomMetric;
  onClose: () => void;
}

/** Asks once, and names the dashboards that show it. */
export function DeleteMetric({ metric, onClose }: Props) {
  const api = useApi();
  const href = useHref();
  const { id: project } = useProject();
  const write = useMetricWrite();
  const { id, key, name } = metric;
  const uses = useQuery({
    queryKey: [...dashboards(project), "uses", key],
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const request = { params: { project }, signal };
      const { data: list } = await api<DashboardSummary[]>("/dashboards", request);
      const own = list.filter(({ ready_made }) => !ready_made);
      const all = await Promise.all(
        own.map((one) => api<Dashboard>(`/dashboards/${encodeURIComponent(one.id)}`, request)),
      );
      return all
        .map(({ data }) => data)
        .filter(({ widgets }) => widgets.some(({ query }) => query.metrics.includes(key)));
    },
  });
  const remove = () =>
    write.mutate(
      { path: `/${encodeURIComponent(id)}`, method: "DELETE" },
      {
        onSuccess: () => {
          notifications.show({ message: `${name} deleted` });
          onClose();
        },
      },
    );
  return (
    <Modal opened onClose={onClose} title={`Delete the metric “${name}”?`}>
      <Stack gap="sm">
        <Text>
          Calls and scores stay as they are. Whatever asks for <code className={classes["code"]}>{key}</code> is told
          that it is gone.
        </Text>
        {uses.data === undefined && uses.error === null && <Skeleton height={20} />}
        {uses.data?.length === 0 && <Text>No dashboard shows it.</Text>}
        {uses.data !== undefined && uses.data.length > 0 && (
          <Text component="div">
            It is shown on {uses.data.length === 1 ? "a dashboard" : `${uses.data.length} dashboards`}, whose widgets
            will say that it was deleted:
            <ul>
              {uses.data.map((one) => (
                <li key={one.id}>
                  <Link to={href(`/dashboards/${encodeURIComponent(one.id)}`)}>{one.name}</Link>
                </li>
              ))}
            </ul>
          </Text>
        )}
        <FormError error={uses.error} fields={[]} />
        <FormError error={write.error} fields={[]} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red.9" loading={write.isPending} onClick={remove}>
            Delete the metric
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

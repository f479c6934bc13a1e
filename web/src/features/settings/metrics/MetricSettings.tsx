import { Button, VisuallyHidden } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";
import type { CustomMetric } from "../../../api/dashboards";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { Table } from "../../../ui/Table";
import classes from "../Settings.module.css";
import { useSettingsList } from "../useSettingsList";
import { MetricForm } from "./MetricForm";
import { MetricRow } from "./MetricRow";

/** In the address: the metric that is changed, by its key, or a new one. */
const NEW = "new";

/** Metrics that the project defines by formulas. */
export function MetricSettings() {
  const { id: project, role } = useProject();
  const href = useHref();
  const [params] = useSearchParams();
  const list = useSettingsList<CustomMetric>("metrics", "/metrics/custom", { project });
  const mayEdit = role !== "viewer";
  const asked = params.get("metric");
  const changed = list.data?.find(({ key }) => key === asked) ?? null;
  const editing = mayEdit && list.data !== undefined && (asked === NEW || changed !== null);
  return (
    <>
      <Panel
        title="Custom metrics"
        actions={
          mayEdit && (
            <Button
              component={Link}
              to={href("/settings/metrics", { metric: NEW })}
              size="compact-xs"
              leftSection={<IconPlus size={13} aria-hidden />}
            >
              New metric
            </Button>
          )
        }
      >
        <p className={classes["lead"]}>
          A number of your own, worked out from calls and scores by a formula. It can be used wherever a built-in metric
          can: charts, dashboards, comparisons and the API.
        </p>
        <RowsState
          what="The custom metrics"
          rows={list.data}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={
            <Empty title="No custom metrics yet">
              For instance customer satisfaction:{" "}
              <code className={classes["code"]}>
                100 * count(score.feedback = &apos;positive&apos;) / count(score.feedback)
              </code>
            </Empty>
          }
        >
          <Table label="Custom metrics" className={classes["table"]}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Formula</th>
                <th scope="col">Threshold</th>
                <th scope="col">
                  <VisuallyHidden>Change or delete</VisuallyHidden>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.data?.map((metric) => (
                <MetricRow key={metric.id} metric={metric} mayChange={mayEdit} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
      {editing && <MetricForm key={changed?.id ?? NEW} stored={changed} />}
    </>
  );
}

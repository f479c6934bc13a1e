import { SegmentedControl, Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Fragment } from "react";
import { useSearchParams } from "react-router";
import { apiUrl } from "../../../api/client";
import type { Experiment, Method, Results } from "../../../api/experiments";
import { useProject } from "../../../state/ProjectContext";
import { withParams } from "../../../state/withParams";
import { DownloadLink } from "../../../ui/DownloadLink";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { scaleEnd } from "./lifts";
import { LiftTable } from "./LiftTable";
import { MetricHead } from "./MetricHead";
import { ResultRow } from "./ResultRow";
import classes from "./Results.module.css";
import { useCallsHref } from "./useCallsHref";
import { METHODS } from "./verdicts";

interface Props {
  experiment: Experiment;
  results: UseQueryResult<Results>;
  method: Method;
}

const ORDER = { primary: 0, guardrail: 1, secondary: 2 } as const;

/** Every metric of every variant beside control. */
export function ResultsPanel({ experiment, results, method }: Props) {
  const { id: project } = useProject();
  const [, setParams] = useSearchParams();
  const callsOf = useCallsHref(experiment);
  const chosen = METHODS.find(({ value }) => value === method);
  const { data, error } = results;
  const metrics = [...(data?.metrics ?? [])].sort((a, b) => ORDER[a.role] - ORDER[b.role]);
  const end = scaleEnd(metrics);
  const choose = (value: string) =>
    setParams((current) => withParams(current, { method: value === "sequential" ? null : value }));
  return (
    <Panel
      title="Metrics"
      actions={
        <>
          <SegmentedControl
            size="xs"
            aria-label="Method"
            value={method}
            onChange={choose}
            data={METHODS.map(({ value, label }) => ({ value, label }))}
          />
          <DownloadLink href={apiUrl(`/experiments/${experiment.id}/results`, { project, method, format: "csv" })}>
            CSV
          </DownloadLink>
        </>
      }
    >
      {chosen !== undefined && (
        <p className={classes["method"]} data-warns={chosen.warns || undefined}>
          {chosen.warns && <IconAlertTriangle size={14} aria-hidden />}
          {chosen.says}
        </p>
      )}
      {data === undefined && error === null && <Skeleton height={220} m="sm" w="auto" />}
      {data === undefined && error !== null && (
        <Failure what="The results could not be loaded" error={error} onRetry={() => void results.refetch()} />
      )}
      {data !== undefined && metrics.length === 0 && (
        <Empty title="This experiment has no metrics">Edit it to add what it is judged by.</Empty>
      )}
      {metrics.length > 0 && (
        <LiftTable
          label="Metrics by variant"
          unit={experiment.unit}
          valueHead="Value"
          end={end}
          busy={results.isPlaceholderData}
        >
          {metrics.map((metric) => (
            <Fragment key={metric.key}>
              <MetricHead metric={metric} />
              {metric.variants.map((found) => (
                <ResultRow
                  key={found.variant_id}
                  metric={metric}
                  variants={experiment.variants}
                  found={found}
                  end={end}
                  callsHref={callsOf(found.variant_id)}
                />
              ))}
            </Fragment>
          ))}
        </LiftTable>
      )}
    </Panel>
  );
}

import { NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Fragment } from "react";
import { useSearchParams } from "react-router";
import type { Experiment, Segments } from "../../../api/experiments";
import { withParams } from "../../../state/withParams";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { unitsWord } from "../words";
import { scaleEnd } from "./lifts";
import { LiftTable } from "./LiftTable";
import { ResultRow } from "./ResultRow";
import classes from "./Results.module.css";
import { needsKey, parseSegment, SEGMENTS, segmentBy } from "./segments";
import parts from "./Segments.module.css";
import { useFound } from "./useFound";
import { parseMethod } from "./verdicts";

/** Whether a variant does better for some than for others. */
export function SegmentsPanel({ experiment }: { experiment: Experiment }) {
  const [params, setParams] = useSearchParams();
  const choice = parseSegment(params.get("by"));
  const by = segmentBy(choice);
  const method = parseMethod(params.get("method"));
  const segments = useFound<Segments>({
    id: experiment.id,
    part: "segments",
    params: { by: by ?? "", method },
    enabled: by !== null,
  });
  const metrics = experiment.metrics;
  const metric =
    metrics.find(({ key }) => key === params.get("metric")) ??
    metrics.find(({ role }) => role === "primary") ??
    metrics[0];
  const set = (name: string, value: string) => setParams((current) => withParams(current, { [name]: value }));
  const setKey = useDebouncedCallback((key: string) => set("by", `${choice.kind}${key}`), 400);
  const data = by === null ? undefined : segments.data;
  const rows = (data?.segments ?? []).map((segment) => ({
    ...segment,
    result: segment.metrics.find(({ key }) => key === metric?.key),
  }));
  const end = scaleEnd(rows.flatMap(({ result }) => (result === undefined ? [] : [result])));
  return (
    <Panel
      title="Segments"
      note={
        data === undefined
          ? undefined
          : data.total > rows.length
            ? `the largest ${rows.length} of ${data.total}`
            : `${rows.length}`
      }
    >
      <div className={parts["choices"]}>
        <NativeSelect
          size="xs"
          label="Told apart by"
          value={choice.kind}
          data={[...SEGMENTS]}
          onChange={(event) => set("by", event.currentTarget.value)}
        />
        {needsKey(choice.kind) && (
          <TextInput
            key={choice.kind}
            size="xs"
            label={choice.kind === "context." ? "Attribute" : "Property"}
            placeholder="plan"
            defaultValue={choice.key}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
        )}
        <NativeSelect
          size="xs"
          label="Metric"
          value={metric?.key ?? ""}
          data={metrics.map(({ key, label }) => ({ value: key, label }))}
          onChange={(event) => set("metric", event.currentTarget.value)}
        />
      </div>
      <p className={classes["method"]}>
        {data?.note ??
          "Segments give ideas for the next experiment. With many of them, one looks better by chance: they do not decide this one."}
      </p>
      {by === null && (
        <Empty title="Name what tells them apart">Such as “plan” or “country”, as your program sends it.</Empty>
      )}
      {by !== null && data === undefined && segments.error === null && <Skeleton height={220} m="sm" w="auto" />}
      {by !== null && segments.error !== null && (
        <Failure
          what="The segments could not be loaded"
          error={segments.error}
          onRetry={() => void segments.refetch()}
        />
      )}
      {data !== undefined && segments.error === null && rows.length === 0 && (
        <Empty title="No units yet">Each value that {experiment.unit}s of the experiment have shows up here.</Empty>
      )}
      {rows.length > 0 && segments.error === null && (
        <LiftTable
          label="Metric by segment"
          unit={experiment.unit}
          valueHead={metric?.label}
          end={end}
          busy={segments.isPlaceholderData}
        >
          {rows.map(({ segment, units, result }) => (
            <Fragment key={segment ?? ""}>
              <tr className={classes["metric"]}>
                <th colSpan={7} scope="rowgroup">
                  <span className={classes["label"]}>{segment ?? "not known"}</span>
                  <span className={classes["facts"]}>{unitsWord(experiment.unit, units)}</span>
                </th>
              </tr>
              {result?.variants.map((found) => (
                <ResultRow
                  key={found.variant_id}
                  metric={result}
                  variants={experiment.variants}
                  found={found}
                  end={end}
                  callsHref={null}
                />
              ))}
            </Fragment>
          ))}
        </LiftTable>
      )}
    </Panel>
  );
}

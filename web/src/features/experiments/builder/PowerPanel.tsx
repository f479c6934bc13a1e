import { Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useCatalogue } from "../../../api/useCatalogue";
import { useScoreNames } from "../../../api/useScoreNames";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { Assumptions } from "./Assumptions";
import classes from "./Power.module.css";
import type { ExperimentFormState } from "./form";
import { decidingMetric, NOTHING_ASSUMED, powerQuestion, type Assumed } from "./power";
import { PowerAnswer } from "./PowerAnswer";
import { usePower } from "./usePower";
import type { MetricValues } from "./values";

/** Typing is over when nothing was typed for so long, milliseconds. */
const PAUSE_MS = 400;

/** How many units and days the experiment of the form needs, while it is filled in. */
export function PowerPanel({ form }: { form: ExperimentFormState }) {
  const [assumed, setAssumed] = useState<Assumed>(NOTHING_ASSUMED);
  const { data: catalogue } = useCatalogue();
  const { data: scores } = useScoreNames();
  const isRate = ({ kind, name }: MetricValues) =>
    kind === "outcome" ||
    (kind === "metric" && catalogue?.get(name)?.unit === "percent") ||
    (kind === "score" && scores?.types[name]?.every((type) => type === "bool") === true);
  const asked = powerQuestion(form.values, assumed, isRate);
  // by its text: the same question in another object is not another question
  const [text] = useDebouncedValue(JSON.stringify(asked), PAUSE_MS);
  const question = useMemo(() => JSON.parse(text) as typeof asked, [text]);
  const power = usePower(question);
  const metric = decidingMetric(form.values);
  return (
    <aside className={classes["aside"]} aria-label="Power preview">
      <Panel title="How long it takes">
        <div className={classes["body"]} aria-busy={power.isFetching}>
          {metric === null && (
            <p className={classes["muted"]}>
              Choose a primary metric: this shows how many {form.values.unit}s and days it needs to tell the variants
              apart.
            </p>
          )}
          {metric !== null && power.data === undefined && power.error === null && <Skeleton height={220} />}
          {metric !== null && power.error !== null && (
            <Failure what="This could not be worked out" error={power.error} onRetry={() => void power.refetch()} />
          )}
          {metric !== null && power.error === null && power.data !== undefined && (
            <>
              <PowerAnswer
                power={power.data}
                form={form}
                metric={metric}
                unit={
                  metric.kind === "metric"
                    ? (catalogue?.get(metric.name)?.unit ?? "score")
                    : isRate(metric)
                      ? "percent"
                      : "score"
                }
              />
              <Assumptions
                power={power.data}
                assumed={assumed}
                onChange={setAssumed}
                unit={form.values.unit}
                isRate={isRate(metric)}
              />
            </>
          )}
        </div>
      </Panel>
    </aside>
  );
}

import { Button } from "@mantine/core";
import { randomId } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import type { MetricRole } from "../../../api/experiments";
import { useScoreNames } from "../../../api/useScoreNames";
import { Panel } from "../../../ui/Panel";
import classes from "./Builder.module.css";
import type { ExperimentFormState } from "./form";
import { Locked } from "./Locked";
import type { Locks } from "./locks";
import { LockedMetric } from "./LockedMetric";
import { MetricRow } from "./MetricRow";
import { newMetric } from "./values";

const MOST = 30;

const ADDED: readonly { role: MetricRole; label: string }[] = [
  { role: "primary", label: "Add a primary metric" },
  { role: "secondary", label: "Add a secondary metric" },
  { role: "guardrail", label: "Add a guardrail" },
];

interface Props {
  form: ExperimentFormState;
  locks: Locks;
}

/** What decides, what must not get worse, and what is good to know. */
export function MetricsSection({ form, locks }: Props) {
  const { metrics } = form.values;
  const { data: scores } = useScoreNames();
  const mayAdd = (role: MetricRole) => !locks.some || role !== "primary";
  return (
    <Panel title="Metrics">
      <div className={classes["fields"]}>
        <p className={classes["hint"]}>
          A primary metric decides. A guardrail must not get worse. Secondary metrics are good to know.
        </p>
        <Locked locks={locks} part="metrics" />
        {metrics.map((metric, place) =>
          locks.some && metric.stored ? (
            <LockedMetric key={metric.key} metric={metric} />
          ) : (
            <MetricRow
              key={metric.key}
              form={form}
              place={place}
              metric={metric}
              scores={scores}
              mayBePrimary={!locks.some}
              onRemove={() => {
                form.clearErrors();
                form.removeListItem("metrics", place);
              }}
            />
          ),
        )}
        {form.errors["metrics"] !== undefined && (
          <p className={classes["problem"]} role="alert">
            {form.errors["metrics"]}
          </p>
        )}
        <div className={classes["adds"]}>
          {ADDED.filter(({ role }) => mayAdd(role)).map(({ role, label }) => (
            <Button
              key={role}
              size="compact-xs"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              disabled={metrics.length >= MOST}
              onClick={() => form.insertListItem("metrics", newMetric(randomId("row"), role))}
            >
              {label}
            </Button>
          ))}
        </div>
      </div>
    </Panel>
  );
}

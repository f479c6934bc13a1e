import type { ReactNode } from "react";
import { useCatalogue } from "../../../api/useCatalogue";
import { MetricPicker } from "../../../ui/MetricPicker";
import { Panel } from "../../../ui/Panel";
import classes from "./Builder.module.css";
import { ConditionFields } from "./ConditionFields";
import type { PartProps } from "./form";
import { NumberField } from "./NumberField";

interface Props extends PartProps {
  actions: ReactNode;
}

/** Metric, condition, duration. */
export function WatchSection({ actions, ...part }: Props) {
  const { form, errorOf } = part;
  const { data: catalogue } = useCatalogue();
  const { metric, condition, value } = form.values;
  const choose = (next: string) => {
    form.setFieldValue("metric", next);
    const better = catalogue?.get(next)?.better;
    // a rate that should be high is wrong when it is low; only while nobody has said otherwise
    if (value === "" && better !== undefined && (condition === "above" || condition === "below")) {
      form.setFieldValue("condition", better === "up" ? "below" : "above");
    }
  };
  return (
    <Panel title="What is watched" actions={actions}>
      <div className={classes["body"]}>
        {condition !== "no_data" && (
          <MetricPicker label="Metric" value={metric} error={errorOf("metric")} onChange={choose} />
        )}
        <ConditionFields {...part} />
        {condition !== "no_data" && (
          <NumberField
            form={form}
            errorOf={errorOf}
            field="for_minutes"
            label="Duration"
            description="How long it must be so before it fires. 0: at once."
            suffix=" min"
            min={0}
            whole
          />
        )}
      </div>
    </Panel>
  );
}

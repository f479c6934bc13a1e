import { Button } from "@mantine/core";
import type { Power } from "../../../api/experiments";
import { format, formatExact, type Unit } from "../../../format/number";
import { daysText } from "../progress";
import { unitsWord } from "../words";
import type { ExperimentFormState } from "./form";
import { PowerCurve } from "./PowerCurve";
import classes from "./Power.module.css";
import { unknowns } from "./power";
import { DEFAULTS, type MetricValues } from "./values";

interface Props {
  power: Power;
  form: ExperimentFormState;
  metric: MetricValues;
  /** Of the metric's value. */
  unit: Unit;
}

const SOURCE: Record<Power["baseline_source"], string> = {
  given: "as you say",
  measured: "measured over the last 28 days",
  unknown: "not known",
};

export function PowerAnswer({ power, form, metric, unit }: Props) {
  const { unit: of, power: chance } = form.values;
  const effect = metric.min_effect === "" || metric.min_effect <= 0 ? DEFAULTS.min_effect : metric.min_effect;
  const place = form.values.metrics.findIndex(({ key }) => key === metric.key);
  const { units, days } = power;
  return (
    <div role="status">
      {units !== null && (
        <>
          <p className={classes["big"]}>{unitsWord(of, units)}</p>
          <p className={classes["line"]}>
            {days === null ? "in all variants together" : `in about ${daysText(days)}, all variants together`}
          </p>
          <p className={classes["muted"]}>
            Finds a change of {format(effect, "percent")} of {metric.name}
            {power.baseline !== null &&
              ` from ${format(power.baseline, unit)} (${SOURCE[power.baseline_source]})`} with{" "}
            {chance === "" ? DEFAULTS.power : chance} % chance, however often you look.
            {power.units_per_day !== null &&
              ` About ${formatExact(Math.round(power.units_per_day), "count")} ${of}s a day take part.`}
            {power.units_fixed !== null &&
              ` With a single look at the end, planned now, ${formatExact(power.units_fixed, "count")} would do.`}
          </p>
        </>
      )}
      {unknowns(power, of).map((text) => (
        <p key={text} className={classes["unknown"]}>
          Not known: {text}
        </p>
      ))}
      {power.note !== "" && <p className={classes["muted"]}>{power.note}</p>}
      {units !== null && units !== form.values.sample_goal && (
        <Button size="compact-xs" variant="default" mb="xs" onClick={() => form.setFieldValue("sample_goal", units)}>
          End at {formatExact(units, "count")} {of}s
        </Button>
      )}
      <PowerCurve
        curve={power.curve}
        chosen={effect}
        unit={of}
        onChoose={(value) => form.setFieldValue(`metrics.${place}.min_effect`, value)}
      />
    </div>
  );
}

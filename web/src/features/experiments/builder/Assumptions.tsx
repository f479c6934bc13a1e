import { NumberInput } from "@mantine/core";
import type { Power } from "../../../api/experiments";
import type { Assumed } from "./power";
import classes from "./Power.module.css";

interface Props {
  power: Power;
  assumed: Assumed;
  onChange: (assumed: Assumed) => void;
  unit: "user" | "session";
  isRate: boolean;
}

/** What a person knows better, or what is not measured yet. */
export function Assumptions({ power, assumed, onChange, unit, isRate }: Props) {
  const missing = power.baseline === null || power.units_per_day === null;
  const set = (field: keyof Assumed) => (value: number | string) =>
    onChange({ ...assumed, [field]: typeof value === "number" ? value : "" });
  return (
    <details className={classes["assumptions"]} open={missing || undefined}>
      <summary>{missing ? "Say what you expect" : "Other assumptions"}</summary>
      <div className={classes["assumed"]}>
        <NumberInput
          size="xs"
          label={isRate ? "Control has now, percent" : "Control has now, on average"}
          placeholder={placeholder(power.baseline)}
          hideControls
          value={assumed.baseline}
          onChange={set("baseline")}
        />
        {!isRate && (
          <NumberInput
            size="xs"
            label={`Standard deviation between ${unit}s`}
            placeholder={placeholder(power.deviation)}
            hideControls
            value={assumed.deviation}
            onChange={set("deviation")}
          />
        )}
        <NumberInput
          size="xs"
          label={`${unit === "user" ? "Users" : "Sessions"} a day`}
          placeholder={placeholder(power.units_per_day)}
          hideControls
          value={assumed.units_per_day}
          onChange={set("units_per_day")}
        />
      </div>
    </details>
  );
}

function placeholder(value: number | null): string {
  return value === null ? "not known" : String(Number(value.toPrecision(4)));
}

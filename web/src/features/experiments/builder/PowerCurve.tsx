import { UnstyledButton } from "@mantine/core";
import type { Power } from "../../../api/experiments";
import { format } from "../../../format/number";
import { daysText } from "../progress";
import { unitsWord } from "../words";
import classes from "./Power.module.css";

interface Props {
  curve: Power["curve"];
  /** The smallest effect worth having, percent. */
  chosen: number;
  unit: "user" | "session";
  onChoose: (effect: number) => void;
}

/** What smaller and larger effects would need; a click takes one. */
export function PowerCurve({ curve, chosen, unit, onChoose }: Props) {
  if (curve.length === 0) return null;
  const most = Math.max(...curve.map(({ units }) => units));
  return (
    <div role="group" aria-label="Smallest effect worth having">
      <p className={classes["curveTitle"]}>To find a change of</p>
      <ul className={classes["curve"]}>
        {curve.map(({ min_effect: effect, units, days }) => (
          <li key={effect}>
            <UnstyledButton
              className={classes["point"] ?? ""}
              aria-pressed={Math.abs(effect - chosen) < 1e-9}
              onClick={() => onChoose(effect)}
            >
              <span className={classes["effect"]}>{format(effect, "percent")}</span>
              <span className={classes["track"]} aria-hidden>
                {/* a quarter of the effect needs sixteen times the units: the root keeps all bars readable */}
                <span className={classes["bar"]} style={{ width: `${100 * Math.sqrt(units / most)}%` }} />
              </span>
              <span className={classes["needs"]}>
                {unitsWord(unit, units)}
                {days !== null && <span className={classes["muted"]}>, {daysText(days)}</span>}
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </div>
  );
}

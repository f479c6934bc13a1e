import { Link } from "react-router";
import type { Experiment } from "../../../api/experiments";
import { format } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Panel } from "../../../ui/Panel";
import { promptPath } from "../../../ui/promptPath";
import { VariantName } from "../VariantName";
import { conditionText, ROLE_WORD, unitsWord, versionWord, weightWord } from "../words";
import classes from "./Detail.module.css";

/** What was decided before the start. */
export function PlanPanel({ experiment }: { experiment: Experiment }) {
  const href = useHref();
  const { time_zone: zone } = useProject();
  const { variants, metrics, targeting, traffic, unit, end, analysis } = experiment;
  const ends = [
    ...(end.sample_goal == null ? [] : [`at ${unitsWord(unit, end.sample_goal)}`]),
    ...(end.end_at == null ? [] : [`on ${formatTime(end.end_at, "dateMinute", zone)}`]),
    ...(end.on_decision ? ["when a decision is reached"] : []),
  ];
  return (
    <Panel title="Plan">
      <dl className={classes["plan"]}>
        <div>
          <dt>Variants</dt>
          <dd className={classes["list"]}>
            {variants.map((variant, place) => (
              <span key={variant.id} className={classes["planVariant"]}>
                <VariantName place={place} name={variant.name} note={weightWord(variant.weight)} />
                <Link to={href(promptPath(variant.prompt))}>{versionWord(variant)}</Link>
                {variant.control && <span className={classes["muted"]}>control</span>}
              </span>
            ))}
          </dd>
        </div>
        <div>
          <dt>Metrics</dt>
          <dd className={classes["list"]}>
            {metrics.length === 0 && "none yet"}
            {metrics.map(({ key, label, role, better, min_effect: effect }) => (
              <span key={key}>
                {label}{" "}
                <span className={classes["muted"]}>
                  {ROLE_WORD[role].toLowerCase()}, {better === "up" ? "more" : "less"} is better
                  {effect !== null && `, worth having from ${format(effect, "percent")}`}
                </span>
              </span>
            ))}
          </dd>
        </div>
        <div>
          <dt>Who</dt>
          <dd className={classes["list"]}>
            <span>
              {traffic === 100 ? `All ${unit}s` : `${format(traffic, "percent")} of the ${unit}s`}
              {targeting.length === 0 ? "" : " for whom:"}
            </span>
            {targeting.map((condition, place) => (
              <span key={`${place} ${condition.attribute}`}>{conditionText(condition)}</span>
            ))}
          </dd>
        </div>
        <div>
          <dt>Ends</dt>
          <dd>{ends.length === 0 ? "when you conclude it" : ends.join(", or ")}</dd>
        </div>
        <div>
          <dt>Analysis</dt>
          <dd>
            False alarms {format(analysis.alpha, "percent")}, power {format(analysis.power, "percent")}, at least{" "}
            {unitsWord(unit, analysis.min_units)} a variant
            {analysis.min_days > 0 && ` and ${analysis.min_days} days`}
            {analysis.variance_reduction ? ", with CUPED" : ", without CUPED"}
          </dd>
        </div>
      </dl>
    </Panel>
  );
}

import { Link } from "react-router";
import type { ExperimentVariant, MetricResult, VariantMetric } from "../../../api/experiments";
import { format, formatChange, formatExact, NO_DATA } from "../../../format/number";
import { VariantName } from "../VariantName";
import { LiftPlot } from "./LiftPlot";
import { pText } from "./pText";
import classes from "./Results.module.css";
import { VersusMark } from "./VersusMark";

interface Props {
  metric: MetricResult;
  variants: readonly ExperimentVariant[];
  found: VariantMetric;
  /** Of the shared scale. */
  end: number;
  /** Where the calls behind the number are. */
  callsHref: string | null;
}

/** A variant's value of a metric, and how it compares with control. */
export function ResultRow({ metric, variants, found, end, callsHref }: Props) {
  const place = variants.findIndex(({ id }) => id === found.variant_id);
  const variant = variants[place];
  const { versus } = found;
  const units = formatExact(found.units, "count");
  return (
    <tr>
      <th scope="row" className={classes["variant"]}>
        <VariantName
          place={Math.max(0, place)}
          name={variant?.name ?? found.variant_id}
          {...(variant?.control === true ? { note: "control" } : {})}
        />
      </th>
      <td className={classes["number"]} data-label="Units">
        {callsHref === null ? units : <Link to={callsHref}>{units}</Link>}
      </td>
      <td className={classes["number"]} data-label="Value" title={formatExact(found.value, metric.unit)}>
        <strong>{format(found.value, metric.unit)}</strong>
        {found.low !== null && found.high !== null && (
          <span className={classes["interval"]}>
            {format(found.low, metric.unit)} to {format(found.high, metric.unit)}
          </span>
        )}
      </td>
      {versus === null ? (
        <td colSpan={4} className={classes["note"]}>
          {variant?.control === true ? "" : found.note === "" ? NO_DATA : found.note}
        </td>
      ) : (
        <>
          <td className={classes["number"]} data-label="Lift">
            <strong>{formatChange(versus.lift)}</strong>
            {versus.lift_low !== null && versus.lift_high !== null && (
              <span className={classes["interval"]}>
                {formatChange(versus.lift_low)} to {formatChange(versus.lift_high)}
              </span>
            )}
          </td>
          <td className={classes["plot"]}>
            <LiftPlot versus={versus} minEffect={metric.min_effect} end={end} />
          </td>
          <td data-label="Result">
            <VersusMark versus={versus} better={metric.better} />
            <span className={classes["interval"]}>{pText(versus)}</span>
          </td>
          <td className={classes["number"]} data-label="Chance to win">
            {format(versus.chance_to_win, "percent")}
          </td>
        </>
      )}
    </tr>
  );
}

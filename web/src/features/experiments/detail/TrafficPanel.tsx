import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Experiment, Results } from "../../../api/experiments";
import { colourAt } from "../../../charts/palette";
import { useScheme } from "../../../charts/useScheme";
import { format, formatExact } from "../../../format/number";
import { Panel } from "../../../ui/Panel";
import { VariantName } from "../VariantName";
import { unitsWord } from "../words";
import marks from "../Marks.module.css";
import classes from "./Traffic.module.css";
import { StopVariant } from "./StopVariant";
import { useCallsHref } from "./useCallsHref";

interface Props {
  experiment: Experiment;
  results: UseQueryResult<Results>;
}

/** Who got what, and whether that is what the weights ask for. */
export function TrafficPanel({ experiment, results }: Props) {
  const scheme = useScheme();
  const callsOf = useCallsHref(experiment);
  const { data } = results;
  return (
    <Panel title="Traffic" note={data === undefined ? undefined : unitsWord(experiment.unit, data.units)}>
      <div className={classes["body"]}>
        {data === undefined && results.error === null && <Skeleton height={120} />}
        {data !== undefined && (
          <>
            <ul className={classes["rows"]}>
              {experiment.variants.map((variant, place) => {
                const { id, name, weight } = variant;
                const found = data.exposures.find((one) => one.variant_id === id);
                return (
                  <li key={id}>
                    <div className={classes["row"]}>
                      <VariantName place={place} name={name} {...(variant.stopped_at != null && { note: "stopped" })} />
                      <span className={classes["share"]}>
                        {format(found?.share, "percent")}
                        <span className={classes["muted"]}> of {format(weight, "percent")}</span>
                      </span>
                    </div>
                    <div className={classes["track"]} aria-hidden>
                      <span
                        className={classes["bar"]}
                        style={{ width: `${found?.share ?? 0}%`, background: colourAt(place, scheme) }}
                      />
                      <span className={classes["wanted"]} style={{ left: `${weight}%` }} />
                    </div>
                    <p className={classes["counts"]}>
                      {unitsWord(experiment.unit, found?.units ?? 0)},{" "}
                      <Link to={callsOf(id)}>{formatExact(found?.calls ?? 0, "count")} calls</Link>,{" "}
                      {formatExact(found?.scores ?? 0, "count")} scores{" "}
                      <StopVariant experiment={experiment} variant={variant} />
                    </p>
                  </li>
                );
              })}
            </ul>
            {data.units > 0 && (
              <p
                className={`${marks["mark"] ?? ""} ${classes["ratio"] ?? ""}`}
                data-tone={data.sample_ratio.healthy ? "good" : "bad"}
              >
                {data.sample_ratio.healthy ? (
                  <>
                    <IconCircleCheck size={15} aria-hidden /> Split as weighted
                  </>
                ) : (
                  <>
                    <IconAlertTriangle size={15} aria-hidden /> Not split as weighted
                  </>
                )}
              </p>
            )}
            {data.sample_ratio.message !== "" && <p className={classes["note"]}>{data.sample_ratio.message}</p>}
            {data.multiple_units > 0 && (
              <p className={classes["note"]}>
                {unitsWord(experiment.unit, data.multiple_units)} had more than one variant and{" "}
                {data.multiple_units === 1 ? "is" : "are"} left out.
              </p>
            )}
            {data.calls_without_unit > 0 && (
              <p className={classes["note"]}>
                {formatExact(data.calls_without_unit, "count")} calls name no user and no session: they are left out.
              </p>
            )}
          </>
        )}
      </div>
    </Panel>
  );
}

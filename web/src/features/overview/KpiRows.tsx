import { Link } from "react-router";
import type { Params } from "../../api/client";
import type { Band, MetricInfo, QueryResult } from "../../api/types";
import { groupLabel } from "../../charts/prepare";
import { format } from "../../format/number";
import { bandOf } from "../../format/status";
import { useHref } from "../../state/useHref";
import { Change } from "../../ui/Change";
import { StatusMark } from "../../ui/StatusMark";
import { Swatch } from "../../ui/Swatch";
import classes from "./KpiCard.module.css";
import { valueOf } from "./valueOf";

interface Props {
  totals: QueryResult;
  info: MetricInfo;
  /** Palette places by prompt. */
  colours: ReadonlyMap<string, number>;
  bands: readonly Band[] | null;
  calls: Params;
}

/** A metric of each compared prompt. */
export function KpiRows({ totals, info, colours, bands, calls }: Props) {
  const href = useHref();
  return (
    <ul className={classes["rows"]}>
      {totals.groups.map((group, index) => {
        const name = groupLabel(group);
        const value = valueOf(totals, info.key, index);
        const status = bandOf(value, bands);
        const change = totals.change?.[info.key]?.[index];
        return (
          <li key={name} className={classes["row"]}>
            <Swatch place={colours.get(name) ?? 0} />
            <span className={classes["name"]} title={name}>
              {name}
            </span>
            <Link
              className={classes["number"] ?? ""}
              to={href("/calls", info.key === "p95_latency_ms" ? { min_latency_ms: Math.floor(value ?? 0) } : calls, {
                prompts: [group["prompt_id"] ?? null],
              })}
            >
              {format(value, info.unit)}
            </Link>
            <span className={classes["under"]}>
              {status === null ? (
                change !== undefined && (
                  <Change percent={change.percent} trend={change.trend} better={info.better} unit={info.unit} />
                )
              ) : (
                <StatusMark status={status} />
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

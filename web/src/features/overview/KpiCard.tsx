import { Skeleton } from "@mantine/core";
import { Link } from "react-router";
import type { Params } from "../../api/client";
import type { QueryResult } from "../../api/types";
import { useCatalogue } from "../../api/useCatalogue";
import { assignColours } from "../../charts/colours";
import { colourAt } from "../../charts/palette";
import { groupLabel } from "../../charts/prepare";
import { Sparkline } from "../../charts/Sparkline";
import { useScheme } from "../../charts/useScheme";
import { format, formatExact } from "../../format/number";
import { bandOf } from "../../format/status";
import { useHref } from "../../state/useHref";
import type { View } from "../../state/view";
import { Change } from "../../ui/Change";
import { StatusMark } from "../../ui/StatusMark";
import classes from "./KpiCard.module.css";
import { KpiRows } from "./KpiRows";
import { valueOf } from "./valueOf";

interface Props {
  metric: string;
  note: string;
  /** Filters of the calls behind the number. */
  calls: Params;
  /** What they are of, where that is not what the page is of. */
  of: Partial<View>;
  totals: QueryResult | undefined;
  series: QueryResult | undefined;
  stale: boolean;
}

/** One number: value, status, change, shape; it leads to its calls. A row for each prompt when prompts are compared. */
export function KpiCard({ metric, note, calls, of, totals, series, stale }: Props) {
  const scheme = useScheme();
  const href = useHref();
  const { data: catalogue } = useCatalogue();
  const info = totals?.metrics.find(({ key }) => key === metric);
  if (totals === undefined || info === undefined) {
    return (
      <div className={classes["card"]}>
        <Skeleton height={12} width="50%" />
        <Skeleton height={24} width="70%" mt={8} />
        <Skeleton height={44} mt={12} />
      </div>
    );
  }
  const value = valueOf(totals, metric);
  const status = bandOf(value, catalogue?.get(metric)?.bands);
  const change = totals.change?.[metric]?.[0];
  const points =
    series?.groups.length === 1 || series?.groups[0] === undefined ? series?.values[metric]?.[0] : undefined;
  const comparing = totals.groups.length > 1;
  return (
    <section className={classes["card"]} data-stale={stale || undefined} aria-label={info.label}>
      <h2 className={classes["label"]}>{info.label}</h2>
      {comparing ? (
        <KpiRows
          totals={totals}
          info={info}
          colours={assignColours(totals.groups.map(groupLabel))}
          bands={catalogue?.get(metric)?.bands ?? null}
          calls={calls}
        />
      ) : (
        <>
          <Link
            className={classes["value"] ?? ""}
            to={href("/calls", calls, of)}
            title={`${formatExact(value, info.unit)}: see the calls`}
          >
            {format(value, info.unit)}
          </Link>
          <div className={classes["change"]}>
            {change !== undefined && value !== null && (
              <Change percent={change.percent} trend={change.trend} better={info.better} unit={info.unit} />
            )}
          </div>
          <div className={classes["note"]}>
            {status !== null && <StatusMark status={status} />}
            {value !== null && note}
          </div>
          <div className={classes["spark"]}>
            {points !== undefined && (
              <Sparkline
                points={points}
                colour={colourAt(assignColours([metric]).get(metric) ?? 0, scheme)}
                partialLast={series?.last_bucket_partial ?? false}
              />
            )}
          </div>
        </>
      )}
    </section>
  );
}

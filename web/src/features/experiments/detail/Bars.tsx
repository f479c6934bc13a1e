import type { Distribution, ExperimentVariant } from "../../../api/experiments";
import { colourAt } from "../../../charts/palette";
import { useScheme } from "../../../charts/useScheme";
import { format, formatExact } from "../../../format/number";
import { Empty } from "../../../ui/Empty";
import { VariantName } from "../VariantName";
import classes from "./Bars.module.css";

interface Props {
  distribution: Distribution;
  variants: readonly ExperimentVariant[];
  stale: boolean;
}

/** The share of each value in each variant, side by side on one scale. */
export function Bars({ distribution, variants, stale }: Props) {
  const scheme = useScheme();
  const { bars, other, name } = distribution;
  const most = Math.max(1, ...bars.flatMap(({ share }) => Object.values(share)));
  if (bars.length === 0) return <Empty title={`No values of ${name} yet`} />;
  return (
    <div className={classes["frame"]} data-stale={stale || undefined}>
      <div className={classes["legend"]}>
        {variants.map(({ id, name: variant }, place) => (
          <VariantName key={id} place={place} name={variant} />
        ))}
      </div>
      <table className={classes["bars"]} aria-label={`Values of ${name}`}>
        <thead className={classes["unseen"]}>
          <tr>
            <th scope="col">Value</th>
            <th scope="col">Share of each variant</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.label}>
              <th scope="row" title={bar.label}>
                {bar.label}
              </th>
              <td>
                {variants.map(({ id, name: variant }, place) => {
                  const share = bar.share[id] ?? 0;
                  const count = formatExact(bar.count[id] ?? 0, "count");
                  return (
                    <div key={id} className={classes["line"]} title={`${variant}: ${count} values`}>
                      <span className={classes["track"]}>
                        <span
                          className={classes["bar"]}
                          style={{ width: `${(100 * share) / most}%`, background: colourAt(place, scheme) }}
                        />
                      </span>
                      <span className={classes["share"]}>
                        <span className={classes["unseen"]}>{variant}: </span>
                        {format(share, "percent")}
                      </span>
                    </div>
                  );
                })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {other > 0 && (
        <p className={classes["other"]}>and {formatExact(other, "count")} other values, each of them rare</p>
      )}
    </div>
  );
}

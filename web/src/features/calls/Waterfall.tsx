import type { CallRow } from "../../api/types";
import { formatExact } from "../../format/number";
import classes from "./Waterfall.module.css";
import { waterfall } from "./waterfall";

/** The time of a call, laid out on one scale. */
export function Waterfall({ call }: { call: CallRow }) {
  const parts = waterfall(call);
  const scale = Math.max(call.latency_ms, ...parts.map(({ from, ms }) => from + ms), 1);
  const share = (ms: number) => `${Math.min(100, (100 * ms) / scale)}%`;
  const bars = [...parts, { label: "Total", from: 0, ms: call.latency_ms }];
  return (
    <dl className={classes["list"]}>
      {bars.map(({ label, from, ms }) => (
        <div key={label} className={classes["row"]}>
          <dt>{label}</dt>
          <dd className={classes["track"]} aria-hidden>
            <span
              className={classes["bar"]}
              data-total={label === "Total" || undefined}
              style={{ left: share(from), width: share(ms) }}
            />
            {label === "Total" && call.first_token_ms !== null && (
              <span className={classes["token"]} style={{ left: share(call.first_token_ms) }} />
            )}
          </dd>
          <dd className={classes["value"]}>{formatExact(ms, "ms")}</dd>
        </div>
      ))}
      {call.first_token_ms !== null && (
        <div className={classes["row"]}>
          <dt>First token</dt>
          <dd className={classes["track"]} aria-hidden>
            <span className={classes["token"]} style={{ left: share(call.first_token_ms) }} />
          </dd>
          <dd className={classes["value"]}>{formatExact(call.first_token_ms, "ms")}</dd>
        </div>
      )}
    </dl>
  );
}

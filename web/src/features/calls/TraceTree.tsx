import { Link, useSearchParams } from "react-router";
import type { CallRow } from "../../api/types";
import { format, formatExact } from "../../format/number";
import { CallStatusMark } from "../../ui/CallStatusMark";
import { promptName } from "../../ui/promptName";
import classes from "./TraceTree.module.css";
import { callPath } from "./callPath";
import { traceTree } from "./traceTree";

const MOST = 100;

/** The calls of a trace on one scale of time, each below the one that made it. */
export function TraceTree({ call, related }: { call: CallRow; related: readonly CallRow[] }) {
  const [search] = useSearchParams();
  const { lines, length_ms } = traceTree([call, ...related]);
  const share = (ms: number) => `${(100 * ms) / length_ms}%`;
  return (
    <section>
      <h3>
        Trace: {related.length >= MOST ? "the first " : ""}
        {lines.length} calls in {format(length_ms, "ms")}
      </h3>
      <ol className={classes["lines"]}>
        {lines.map(({ call: one, depth, from_ms }) => (
          <li key={one.id} className={classes["line"]} data-current={one.id === call.id || undefined}>
            <span className={classes["name"]} style={{ paddingLeft: `${Math.min(depth, 8) * 14}px` }}>
              {one.id === call.id ? (
                <strong aria-current="true">{promptName(one.prompt_id)}</strong>
              ) : (
                <Link to={callPath(one.id, search)}>{promptName(one.prompt_id)}</Link>
              )}{" "}
              <span className={classes["model"]}>{one.model}</span>
            </span>
            <CallStatusMark status={one.status} errorType={one.error_type} />
            <span className={classes["track"]} aria-hidden>
              <span
                className={classes["bar"]}
                data-status={one.status}
                style={{ left: share(from_ms), width: share(one.latency_ms) }}
              />
            </span>
            <span className={classes["value"]} title={`begins after ${formatExact(from_ms, "ms")}`}>
              {format(one.latency_ms, "ms")}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

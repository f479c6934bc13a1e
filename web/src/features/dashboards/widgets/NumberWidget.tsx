import { Link } from "react-router";
import { assignColours } from "../../../charts/colours";
import { colourAt } from "../../../charts/palette";
import { Sparkline } from "../../../charts/Sparkline";
import { useScheme } from "../../../charts/useScheme";
import { format, formatExact } from "../../../format/number";
import { bandOf } from "../../../format/status";
import { Change } from "../../../ui/Change";
import { StatusMark } from "../../../ui/StatusMark";
import { thresholdText } from "../../../ui/thresholdText";
import type { Figure } from "./prepareWidget";
import { useScene } from "./SceneContext";
import classes from "./Widget.module.css";

interface Props {
  figure: Figure;
  callsHref: string | null;
}

/** One number with its status, its change and its shape. */
export function NumberWidget({ figure, callsHref }: Props) {
  const scheme = useScheme();
  const { metrics } = useScene();
  const { metric, value, change, points, partialLast } = figure;
  const known = metrics?.get(metric.key);
  const status = bandOf(value, known?.bands);
  const text = format(value, metric.unit);
  const exact = formatExact(value, metric.unit);
  return (
    <div className={classes["figure"]}>
      <div className={classes["figures"]}>
        {callsHref === null ? (
          <span className={classes["value"]} title={exact}>
            {text}
          </span>
        ) : (
          <Link className={classes["value"] ?? ""} to={callsHref} title={`${exact}: see the calls`}>
            {text}
          </Link>
        )}
        {change !== undefined && value !== null && (
          <Change percent={change.percent} trend={change.trend} better={metric.better} unit={metric.unit} />
        )}
        {status !== null && <StatusMark status={status} />}
        {known?.threshold != null && (
          <span className={classes["muted"]}>{thresholdText(known.threshold, metric.unit, metric.better)}</span>
        )}
      </div>
      <div className={classes["spark"]}>
        {points.length > 1 && (
          <Sparkline
            points={points}
            colour={colourAt(assignColours([metric.key]).get(metric.key) ?? 0, scheme)}
            partialLast={partialLast}
          />
        )}
      </div>
    </div>
  );
}

import { useSearchParams } from "react-router";
import { useDistribution } from "../../api/useDistribution";
import { HistogramPanel } from "../../charts/histogram/HistogramPanel";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { useTurn } from "../../state/useTurn";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import { boundsOf, conditionsOf, allConditions, withBounds, withConditions } from "./filters";
import classes from "./Calls.module.css";

const SHOWN = [
  { field: "latency_ms", title: "Latency" },
  { field: "cost_usd", title: "Cost" },
] as const;

/** How the calls of the list are distributed; a drag filters them. */
export function Histograms({ prompt }: { prompt: string | null | undefined }) {
  return (
    <div className={classes["histograms"]}>
      {SHOWN.map(({ field, title }) => (
        <OneHistogram key={field} field={field} title={title} prompt={prompt} />
      ))}
    </div>
  );
}

interface OneProps {
  field: string;
  title: string;
  prompt: string | null | undefined;
}

function OneHistogram({ field, title, prompt }: OneProps) {
  const [params, setParams] = useSearchParams();
  const { view } = useView();
  const { time_zone: tz } = useProject();
  const { start, end } = useWindow();
  const prompts = prompt === undefined ? [] : [prompt];
  // its own bounds are drawn, not applied: what lies beside them stays in sight
  const asked = [...whereOf({ ...view, prompts }), ...withBounds(allConditions(params), field, null)];
  const turn = useTurn();
  const answer = useDistribution(
    {
      field,
      start: new Date(start).toISOString(),
      end: new Date(end).toISOString(),
      tz,
      where: asked,
      bins: 40,
    },
    turn,
  );
  const choose = (bounds: { low: number; high: number } | null) =>
    setParams((current) => withConditions(current, withBounds(conditionsOf(current), field, bounds)));
  return (
    <HistogramPanel
      id={`histogram-${field}`}
      title={title}
      answer={answer.data}
      chosen={boundsOf(conditionsOf(params), field)}
      onChoose={(low, high) => choose({ low, high })}
      onAll={() => choose(null)}
      asAlert={{ metrics: [`=p95(${field})`], by: [], where: asked }}
      nothing={`No known ${title.toLowerCase()} here`}
      error={answer.error}
      stale={answer.isPlaceholderData}
      onRetry={() => void answer.refetch()}
      height={110}
    />
  );
}

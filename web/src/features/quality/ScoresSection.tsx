import { Skeleton } from "@mantine/core";
import { Link } from "react-router";
import { useHref } from "../../state/useHref";
import overview from "../overview/Overview.module.css";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { ScorePanel } from "./ScorePanel";
import type { ScoreSummary } from "./shapes";
import { useQuality } from "./useQuality";

const SHOWN = 9;

/** A chart for each score, the most given first. */
export function ScoresSection() {
  const scores = useQuality<ScoreSummary[]>("scores");
  const href = useHref();
  const { data, error } = scores;
  if (data === undefined || data.length === 0) {
    return (
      <Panel title="Scores">
        {data === undefined && error === null && <Skeleton height={190} m="sm" w="auto" />}
        {data === undefined && error !== null && (
          <Failure what="The scores could not be loaded" error={error} onRetry={() => void scores.refetch()} />
        )}
        {data !== undefined && (
          <Empty title="No scores in this time range">
            Scores say how good an answer was: a thumb, a rating, the verdict of a checking program. Send them to{" "}
            <code>POST /api/v1/scores</code>; the snippet is on <Link to={href("/start")}>Connect</Link>.
          </Empty>
        )}
      </Panel>
    );
  }
  return (
    <>
      <div className={overview["charts"]}>
        {data.slice(0, SHOWN).map((summary) => (
          <ScorePanel key={summary.name} summary={summary} />
        ))}
      </div>
      {data.length > SHOWN && (
        <Panel title="More scores" note={`${data.length - SHOWN} of ${data.length}`}>
          <Empty
            title={data
              .slice(SHOWN)
              .map(({ name }) => name)
              .join(", ")}
          >
            Charts of them can be put on a dashboard.
          </Empty>
        </Panel>
      )}
    </>
  );
}

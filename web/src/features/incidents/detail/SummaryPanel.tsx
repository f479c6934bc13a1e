import type { Dossier } from "../../../api/incidents";
import { format } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Link } from "react-router";
import classes from "../Incidents.module.css";
import { whereParam } from "../../../state/whereParam";
import { Part } from "./Part";

/** In words, and who and what was hit. */
export function SummaryPanel({ dossier }: { dossier: Dossier }) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const { impact, chart } = dossier;
  const range =
    impact.start == null || impact.end == null
      ? {}
      : { range: { start: Date.parse(impact.start), end: Date.parse(impact.end) } };
  const calls = href("/calls", chart.where.length === 0 ? {} : { where: whereParam(chart.where) }, range);
  return (
    <Part
      title="What is known"
      note={`${dossier.stored ? "as kept" : "made"} ${formatTime(dossier.made_at, "dateMinute", zone)}`}
      error={impact.error}
    >
      <ul className={classes["summary"]}>
        {dossier.summary.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <dl className={classes["facts"]}>
        <div>
          <dt>Calls hit</dt>
          <dd>
            <Link to={calls}>{format(impact.calls, "count")}</Link>
          </dd>
        </div>
        <div>
          <dt>Failed</dt>
          <dd>{format(impact.failed_calls, "count")}</dd>
        </div>
        <div>
          <dt>Users hit</dt>
          <dd>{format(impact.users, "count")}</dd>
        </div>
        <div>
          <dt>Spent on failed calls</dt>
          <dd>{format(impact.failed_usd, "usd")}</dd>
        </div>
        <div>
          <dt>Spending against before</dt>
          <dd>{signed(impact.extra_usd)}</dd>
        </div>
      </dl>
    </Part>
  );
}

function signed(usd: number | null | undefined): string {
  return usd != null && usd > 0 ? `+${format(usd, "usd")}` : format(usd, "usd");
}

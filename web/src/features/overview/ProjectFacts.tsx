import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "react-router";
import type { ProjectOverview } from "../../api/types";
import { format, formatExact } from "../../format/number";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import classes from "./ProjectFacts.module.css";

/** From this share of the limit on, the meter warns: a burst would be refused. */
const HIGH_PERCENT = 80;

/** What the project has, and how much of its rate limit is used: one calm line. */
export function ProjectFacts({ overview }: { overview: UseQueryResult<ProjectOverview> }) {
  const href = useHref();
  const { role } = useProject();
  const { data, error } = overview;
  if (data === undefined) {
    return (
      <div className={classes["facts"]}>
        {error === null ? (
          <Skeleton height={17} width="60%" />
        ) : (
          <span role="alert">The project&apos;s counts could not be loaded: {error.message}</span>
        )}
      </div>
    );
  }
  const { rate } = data;
  const usage = `${formatExact(rate.used, "count")} of ${formatExact(rate.limit_per_minute, "count")} a minute`;
  const high = rate.percent >= HIGH_PERCENT;
  return (
    <dl className={classes["facts"]} aria-label="Project">
      <Fact label="Prompts" to={href("/prompts")}>
        {format(data.prompts, "count")}
      </Fact>
      <Fact label="Versions" to={href("/prompts", { sort: "-changed" })}>
        {format(data.prompt_versions, "count")}
      </Fact>
      <Fact label="Active experiments" to={href("/experiments", { status: "running" })}>
        {format(data.active_experiments, "count")}
      </Fact>
      <div className={classes["fact"]} title="Requests of the busiest API key in this minute, of those a key may make">
        <dt>API usage</dt>
        <dd>
          <span className={classes["meter"]} data-high={high || undefined} aria-hidden>
            <span style={{ width: `${Math.min(100, rate.percent)}%` }} />
          </span>
          {role === "admin" ? <Link to={href("/settings/keys")}>{usage}</Link> : usage}
          {high && <span className={classes["high"]}>near the limit</span>}
        </dd>
      </div>
    </dl>
  );
}

function Fact({ label, to, children }: { label: string; to: string; children: string }) {
  return (
    <div className={classes["fact"]}>
      <dt>{label}</dt>
      <dd>
        <Link to={to} aria-label={`${label}: ${children}`}>
          {children}
        </Link>
      </dd>
    </div>
  );
}

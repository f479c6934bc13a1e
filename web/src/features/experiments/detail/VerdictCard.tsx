import { Button, Skeleton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { UseQueryResult } from "@tanstack/react-query";
import {
  IconAlertTriangle,
  IconCode,
  IconEqual,
  IconFlag,
  IconHourglassEmpty,
  IconHourglassHigh,
  IconRocket,
  IconShieldCheck,
} from "@tabler/icons-react";
import { Link } from "react-router";
import type { Decision, Experiment, Results, Verdict } from "../../../api/experiments";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Failure } from "../../../ui/Failure";
import { Goals } from "../Goals";
import { ConcludeDialog } from "./ConcludeDialog";
import { Concluded } from "./Concluded";
import { forecastText } from "./forecast";
import classes from "./Verdict.module.css";
import { DECISION_TONE, isDecided } from "./verdicts";

const ICONS: Record<Decision, typeof IconRocket> = {
  ship: IconRocket,
  keep: IconShieldCheck,
  equivalent: IconEqual,
  keep_running: IconHourglassHigh,
  unhealthy: IconAlertTriangle,
  no_data: IconHourglassEmpty,
};

interface Props {
  experiment: Experiment;
  results: UseQueryResult<Results>;
}

/** What the data say to do, and why. */
export function VerdictCard({ experiment, results }: Props) {
  const { role } = useProject();
  const href = useHref();
  const [concluding, dialog] = useDisclosure(false);
  const { data, error } = results;
  if (data === undefined) {
    return (
      <section className={classes["card"]} aria-label="Verdict" aria-busy={error === null}>
        {error === null ? (
          <>
            <Skeleton height={26} width="50%" />
            <Skeleton height={90} mt={12} />
          </>
        ) : (
          <Failure what="The results could not be loaded" error={error} onRetry={() => void results.refetch()} />
        )}
      </section>
    );
  }
  const { verdict, forecast } = data;
  const Icon = ICONS[verdict.decision];
  const decided = isDecided(verdict.decision);
  const open = experiment.status === "running" || experiment.status === "paused";
  return (
    <section
      className={classes["card"]}
      aria-label="Verdict"
      data-tone={DECISION_TONE[verdict.decision]}
      data-stale={results.isPlaceholderData || undefined}
    >
      {experiment.conclusion !== null && <Concluded experiment={experiment} conclusion={experiment.conclusion} />}
      <h2 className={classes["title"]}>
        <Icon size={22} aria-hidden /> {open ? verdict.title : wordAfter(verdict)}
      </h2>
      <ul className={classes["reasons"]}>
        {verdict.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      {open && verdict.decision === "no_data" && (
        <div>
          <Button
            component={Link}
            to={href(`/experiments/${experiment.id}`, { tab: "setup" })}
            size="xs"
            variant="default"
            leftSection={<IconCode size={14} aria-hidden />}
          >
            See the code that asks for a variant
          </Button>
        </div>
      )}
      {open && (
        <>
          {!decided && <p className={classes["forecast"]}>{forecastText(forecast, experiment.unit)}</p>}
          <Goals experiment={experiment} now={results.dataUpdatedAt} decided={decided} />
          {decided && role !== "viewer" && (
            <div>
              <Button size="xs" leftSection={<IconFlag size={14} aria-hidden />} onClick={dialog.open}>
                {verdict.decision === "ship" ? "Conclude and promote…" : "Conclude…"}
              </Button>
            </div>
          )}
          {concluding && <ConcludeDialog experiment={experiment} onClose={dialog.close} />}
        </>
      )}
    </section>
  );
}

/** What the data said, once nothing more can be done about it. */
function wordAfter({ decision, title }: Verdict): string {
  if (decision === "keep_running") return "The data had not decided";
  return decision === "no_data" ? "There were no data" : `The data said: ${title}`;
}

import { useSearchParams } from "react-router";
import type { Experiment, Results } from "../../../api/experiments";
import { BillPanel } from "./BillPanel";
import classes from "./Detail.module.css";
import { NotesPanel } from "./NotesPanel";
import { ResultsPanel } from "./ResultsPanel";
import { TrafficPanel } from "./TrafficPanel";
import { TrendPanel } from "./TrendPanel";
import { useFound } from "./useFound";
import { VerdictCard } from "./VerdictCard";
import { parseMethod } from "./verdicts";

/** The verdict, and everything it stands on. */
export function ResultsTab({ experiment }: { experiment: Experiment }) {
  const [params] = useSearchParams();
  const method = parseMethod(params.get("method"));
  const results = useFound<Results>({ id: experiment.id, part: "results", params: { method } });
  return (
    <>
      <div className={classes["top"]}>
        <VerdictCard experiment={experiment} results={results} />
        <TrafficPanel experiment={experiment} results={results} />
      </div>
      <ResultsPanel experiment={experiment} results={results} method={method} />
      <TrendPanel experiment={experiment} />
      <div className={classes["halves"]}>
        <BillPanel experiment={experiment} results={results} />
        <NotesPanel experiment={experiment} />
      </div>
    </>
  );
}

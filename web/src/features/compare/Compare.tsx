import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useView } from "../../state/useView";
import page from "../overview/Overview.module.css";
import { ChooseSubjects } from "./ChooseSubjects";
import { CompareCharts } from "./CompareCharts";
import { CompareTable } from "./CompareTable";
import { FEWEST, subjectsOf } from "./subjects";
import { useCompare } from "./useCompare";
import { VerdictPanel } from "./VerdictPanel";

/** Up to three prompts, or versions of one prompt, side by side. */
export function Compare() {
  const { view } = useView();
  const [params] = useSearchParams();
  const versions = useMemo(() => params.getAll("version"), [params]);
  const metrics = params.getAll("metric");
  const subjects = useMemo(() => subjectsOf(view, versions), [view, versions]);
  const compared = useCompare(subjects, metrics.length === 0 ? null : metrics);
  const only = view.prompts.length === 1 ? view.prompts[0] : undefined;
  return (
    <div className={page["page"]}>
      <h1 className={page["title"]}>Compare</h1>
      <ChooseSubjects versions={versions} />
      {only !== undefined && only !== null && subjects.length !== 3 && (
        <VerdictPanel prompt={only} versions={subjects.length === FEWEST ? subjects : []} />
      )}
      {subjects.length >= FEWEST && (
        <>
          <CompareTable compared={compared} subjects={subjects} />
          <CompareCharts subjects={subjects} />
        </>
      )}
    </div>
  );
}

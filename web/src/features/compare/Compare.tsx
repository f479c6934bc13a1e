import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useTurn } from "../../state/useTurn";
import { useView } from "../../state/useView";
import page from "../overview/Overview.module.css";
import { addedMetrics } from "./addedMetrics";
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
  const subjects = useMemo(() => subjectsOf(view, versions), [view, versions]);
  const enough = subjects.length >= FEWEST;
  const added = addedMetrics(params);
  // the lines come from rollups, the table from calls: what is quick comes first
  const turn = useTurn();
  const usual = useCompare(subjects, null, enough && turn);
  const usualKeys = (usual.data?.rows ?? []).map(({ key }) => key);
  const more = added.filter((key) => !usualKeys.includes(key));
  const wanted = enough && usual.data !== undefined && more.length > 0;
  const all = useCompare(subjects, [...usualKeys, ...more], wanted);
  const compared = wanted && all.data !== undefined ? all : usual;
  const adding = wanted && all.data === undefined && all.error === null;
  const only = view.prompts.length === 1 ? view.prompts[0] : undefined;
  return (
    <div className={page["page"]}>
      <h1 className={page["title"]}>Compare</h1>
      <ChooseSubjects versions={versions} />
      {only !== undefined && only !== null && subjects.length !== 3 && (
        <VerdictPanel prompt={only} versions={subjects.length === FEWEST ? subjects : []} />
      )}
      {enough && (
        <>
          <CompareTable
            compared={compared}
            subjects={subjects}
            added={more}
            adding={adding}
            refused={wanted ? all.error : null}
          />
          <CompareCharts subjects={subjects} rows={compared.data?.rows ?? []} />
        </>
      )}
    </div>
  );
}

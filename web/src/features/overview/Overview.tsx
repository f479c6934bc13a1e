import { useProjectOverview } from "../../api/useProjectOverview";
import { useStatus } from "../../api/useStatus";
import { useHref } from "../../state/useHref";
import { Redirect } from "../../ui/Redirect";
import { Activity } from "./Activity";
import { Charts } from "./Charts";
import classes from "./Overview.module.css";
import { KpiCards } from "./KpiCards";
import { ProjectFacts } from "./ProjectFacts";
import { PromptTable } from "./PromptTable";
import { UnpricedNote } from "./UnpricedNote";
import { WorseNote } from "./WorseNote";
import { useOverview } from "./useOverview";

/** Is everything fine, and what does it cost? */
export function Overview() {
  const overview = useOverview();
  const project = useProjectOverview();
  const { data: status } = useStatus();
  const href = useHref();
  if (status?.calls_stored === 0) return <Redirect to={href("/start")} />;
  return (
    <div className={classes["page"]}>
      <h1 className={classes["title"]}>Overview</h1>
      <KpiCards totals={overview.totals} series={overview.series} rate={overview.rate} />
      <WorseNote totals={overview.totals.data} />
      <ProjectFacts overview={project} />
      <UnpricedNote status={status} totals={overview.totals.data} />
      <Charts series={overview.series} />
      <PromptTable prompts={overview.prompts} />
      <Activity overview={project} />
    </div>
  );
}

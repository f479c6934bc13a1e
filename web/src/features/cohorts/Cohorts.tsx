import page from "../overview/Overview.module.css";
import { CohortPanel } from "./CohortPanel";
import { RetentionPanel } from "./RetentionPanel";

/** Groups of calls and users, side by side. */
export function Cohorts() {
  return (
    <div className={page["page"]}>
      <h1 className={page["title"]}>Cohorts</h1>
      <CohortPanel />
      <RetentionPanel />
    </div>
  );
}

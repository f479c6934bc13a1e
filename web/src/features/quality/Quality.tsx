import overview from "../overview/Overview.module.css";
import { ConsistencyPanel } from "./ConsistencyPanel";
import { DriftPanel } from "./DriftPanel";
import { ExperimentsPanel } from "./ExperimentsPanel";
import { FeedbackPanel } from "./FeedbackPanel";
import classes from "./Quality.module.css";
import { ScoresSection } from "./ScoresSection";

/** How good the answers are, by what people and programs say of them. */
export function Quality() {
  return (
    <div className={overview["page"]}>
      <h1 className={overview["title"]}>Quality</h1>
      <ScoresSection />
      <DriftPanel />
      <ConsistencyPanel />
      <div className={classes["pair"]}>
        <FeedbackPanel />
        <ExperimentsPanel />
      </div>
    </div>
  );
}

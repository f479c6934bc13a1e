import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";

export function Cohorts() {
  return (
    <Panel title="Cohorts">
      <Empty title="Cohorts">Calls by time, users, feature, version or property.</Empty>
    </Panel>
  );
}

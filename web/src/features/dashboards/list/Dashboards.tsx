import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";

export function Dashboards() {
  return (
    <Panel title="Dashboards">
      <Empty title="Dashboards">Ready-made dashboards and your own.</Empty>
    </Panel>
  );
}

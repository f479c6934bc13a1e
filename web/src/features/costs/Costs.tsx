import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";

export function Costs() {
  return (
    <Panel title="Costs">
      <Empty title="Costs">What was spent, what will be, and how to spend less.</Empty>
    </Panel>
  );
}

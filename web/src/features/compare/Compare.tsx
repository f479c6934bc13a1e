import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";

export function Compare() {
  return (
    <Panel title="Compare">
      <Empty title="Compare">Up to three prompts or versions side by side.</Empty>
    </Panel>
  );
}

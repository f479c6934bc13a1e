import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";

export function Quality() {
  return (
    <Panel title="Quality">
      <Empty title="Quality">Scores over time and by version, consistency, drift.</Empty>
    </Panel>
  );
}

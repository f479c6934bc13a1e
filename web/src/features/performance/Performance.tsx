import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";

export function Performance() {
  return (
    <Panel title="Performance">
      <Empty title="Performance">Volume, success, latency, errors and tokens over time.</Empty>
    </Panel>
  );
}

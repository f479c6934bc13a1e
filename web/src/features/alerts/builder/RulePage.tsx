import { Empty } from "../../../ui/Empty";

export function RulePage() {
  return <Empty title="Alert rule" />;
}

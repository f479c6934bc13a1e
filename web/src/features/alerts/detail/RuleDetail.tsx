import { Empty } from "../../../ui/Empty";

export function RuleDetail() {
  return <Empty title="Alert rule" />;
}

import { Empty } from "../../../ui/Empty";

export function SlaDetail() {
  return <Empty title="SLA" />;
}

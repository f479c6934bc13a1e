import { Empty } from "../../../ui/Empty";

export function SlaPage() {
  return <Empty title="SLA" />;
}

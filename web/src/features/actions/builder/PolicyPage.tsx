import { Empty } from "../../../ui/Empty";

export function PolicyPage() {
  return <Empty title="Automatic action" />;
}

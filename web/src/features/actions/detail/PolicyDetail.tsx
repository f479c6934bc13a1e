import { Empty } from "../../../ui/Empty";

export function PolicyDetail() {
  return <Empty title="Automatic action" />;
}

import { Empty } from "../../ui/Empty";

export function Alerts() {
  return <Empty title="Alerts" />;
}

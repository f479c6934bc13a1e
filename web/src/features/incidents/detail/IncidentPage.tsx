import { Empty } from "../../../ui/Empty";

export function IncidentPage() {
  return <Empty title="Incident" />;
}

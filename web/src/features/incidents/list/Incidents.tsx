import { Empty } from "../../../ui/Empty";

export function Incidents() {
  return <Empty title="Incidents" />;
}

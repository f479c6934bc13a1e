import { Empty } from "../../../ui/Empty";

export function Actions() {
  return <Empty title="Actions" />;
}

import { Empty } from "../../../ui/Empty";

export function Slas() {
  return <Empty title="SLAs" />;
}

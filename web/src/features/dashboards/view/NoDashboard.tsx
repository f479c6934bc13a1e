import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";

export function NoDashboard() {
  const href = useHref();
  return (
    <Empty title="There is no such dashboard">
      It may have been deleted.
      <div>
        <Button component={Link} to={href("/dashboards")} variant="default" size="xs" mt="sm">
          See the dashboards
        </Button>
      </div>
    </Empty>
  );
}

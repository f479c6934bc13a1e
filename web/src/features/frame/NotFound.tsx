import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";

export function NotFound() {
  const href = useHref();
  return (
    <Empty title="There is no such page">
      <Button component={Link} to={href("/")} variant="default" size="xs" mt="xs">
        Go to Overview
      </Button>
    </Empty>
  );
}

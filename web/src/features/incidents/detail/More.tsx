import { Button } from "@mantine/core";

interface Props {
  /** What is listed: "changes". */
  what: string;
  shown: number;
  total: number;
  onAll: () => void;
}

/** The rest of a list, once it is asked for. */
export function More({ what, shown, total, onAll }: Props) {
  if (shown >= total) return null;
  return (
    <Button size="compact-xs" variant="subtle" color="gray" m="xs" onClick={onAll}>
      Show all {total} {what}
    </Button>
  );
}

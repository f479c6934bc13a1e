import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";

interface Props {
  /** There may be some that the filter hides. */
  filtered: boolean;
  onClear: () => void;
}

export function NoExperiments({ filtered, onClear }: Props) {
  const href = useHref();
  const { role } = useProject();
  if (filtered) {
    return (
      <Empty title="No experiment like that">
        Choose another status or search for less.
        <div>
          <Button size="xs" variant="default" mt="sm" onClick={onClear}>
            Show all experiments
          </Button>
        </div>
      </Empty>
    );
  }
  return (
    <Empty title="No experiments yet">
      An experiment serves two or more versions of a prompt to different people and measures which one does better. You
      may look at it at any time: it says when the difference is more than chance.
      <div>
        {role === "viewer" ? (
          <p>Editors and admins make experiments.</p>
        ) : (
          <Button component={Link} to={href("/experiments/new")} size="xs" mt="sm">
            New experiment
          </Button>
        )}
      </div>
    </Empty>
  );
}

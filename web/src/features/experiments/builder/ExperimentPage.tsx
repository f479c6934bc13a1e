import { Button, Skeleton } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { useExperiment } from "../useExperiment";
import { ExperimentForm } from "./ExperimentForm";

/** A new experiment, or the change of one. */
export function ExperimentPage() {
  const { id = null } = useParams();
  const { role } = useProject();
  const href = useHref();
  const experiment = useExperiment(id);
  if (role === "viewer") {
    return (
      <Empty title="Only editors and admins change experiments">
        Ask an admin of the project for the role.
        <div>
          <Button component={Link} to={href("/experiments")} variant="default" size="xs" mt="sm">
            See the experiments
          </Button>
        </div>
      </Empty>
    );
  }
  if (id === null) return <ExperimentForm key="new" stored={null} />;
  if (experiment.data === undefined) {
    return experiment.error === null ? (
      <Skeleton height={600} />
    ) : (
      <Failure
        what="The experiment could not be loaded"
        error={experiment.error}
        onRetry={() => void experiment.refetch()}
      />
    );
  }
  if (experiment.data.status === "concluded") {
    return (
      <Empty title={`“${experiment.data.title}” is concluded`}>
        Its result stays as it is; only its notes may change.
        <div>
          <Button component={Link} to={href(`/experiments/${id}`)} variant="default" size="xs" mt="sm">
            See the result
          </Button>
        </div>
      </Empty>
    );
  }
  return <ExperimentForm key={id} stored={experiment.data} />;
}

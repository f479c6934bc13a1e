import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import { Failure } from "../../../ui/Failure";
import { useExperiment } from "../useExperiment";
import { ExperimentView } from "./ExperimentView";

/** One experiment: where it stands, what it found, and what to do about it. */
export function ExperimentDetail() {
  const { id = "" } = useParams();
  const experiment = useExperiment(id);
  if (experiment.data === undefined) {
    return experiment.error === null ? (
      <>
        <Skeleton height={64} mb="sm" />
        <Skeleton height={420} />
      </>
    ) : (
      <Failure
        what="The experiment could not be loaded"
        error={experiment.error}
        onRetry={() => void experiment.refetch()}
      />
    );
  }
  return <ExperimentView key={id} experiment={experiment.data} />;
}

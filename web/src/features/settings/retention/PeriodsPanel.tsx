import { Skeleton } from "@mantine/core";
import { useProject } from "../../../state/ProjectContext";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { PeriodsForm } from "./PeriodsForm";
import { usePeriods } from "./usePeriods";

export function PeriodsPanel() {
  const { role } = useProject();
  const periods = usePeriods();
  return (
    <Panel title="What is kept, and how long">
      {periods.data !== undefined ? (
        <PeriodsForm periods={periods.data} mayEdit={role === "admin"} />
      ) : periods.error !== null ? (
        <Failure
          what="What is kept, and how long could not be loaded"
          error={periods.error}
          onRetry={() => void periods.refetch()}
        />
      ) : (
        <Skeleton height={240} m="sm" w="auto" />
      )}
    </Panel>
  );
}

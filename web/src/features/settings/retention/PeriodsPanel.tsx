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
    <Panel title="How long what is kept">
      {periods.data !== undefined ? (
        <PeriodsForm periods={periods.data} mayEdit={role === "admin"} />
      ) : periods.error !== null ? (
        <Failure
          what="How long what is kept could not be loaded"
          error={periods.error}
          onRetry={() => void periods.refetch()}
        />
      ) : (
        <Skeleton height={240} m="sm" w="auto" />
      )}
    </Panel>
  );
}

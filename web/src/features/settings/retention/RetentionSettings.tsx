import { Skeleton } from "@mantine/core";
import { useProject } from "../../../state/ProjectContext";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { ForgetPanel } from "./ForgetPanel";
import { PeriodsPanel } from "./PeriodsPanel";
import { RedactionForm } from "./RedactionForm";
import { useRedaction } from "./useRedaction";

/** How long what is kept, what is taken out of texts on their way in, and requests to delete a user's data. */
export function RetentionSettings() {
  const { role } = useProject();
  const redaction = useRedaction();
  return (
    <>
      <PeriodsPanel />
      <Panel title="Redaction">
        {redaction.data !== undefined ? (
          <RedactionForm redaction={redaction.data} mayEdit={role === "admin"} />
        ) : redaction.error !== null ? (
          <Failure
            what="What is redacted could not be loaded"
            error={redaction.error}
            onRetry={() => void redaction.refetch()}
          />
        ) : (
          <Skeleton height={120} m="sm" w="auto" />
        )}
      </Panel>
      {role === "admin" && <ForgetPanel />}
    </>
  );
}

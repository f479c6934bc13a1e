import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { NewReport, ReportPreview } from "../../api/reports";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { Paper } from "./Paper";
import classes from "./Reports.module.css";

/** What the report would be if it were made now; asked for by hand, since it reads much. */
export function PreviewPanel({ body, ready }: { body: () => NewReport; ready: boolean }) {
  const api = useApi();
  const { id: project, time_zone: zone } = useProject();
  const preview = useMutation<ReportPreview>({
    mutationFn: async () =>
      (await api<ReportPreview>("/reports/preview", { method: "POST", params: { project }, body: body() })).data,
  });
  const ask = (
    <Button
      size="compact-xs"
      variant="default"
      loading={preview.isPending}
      disabled={!ready}
      onClick={() => preview.mutate()}
    >
      {preview.data === undefined ? "Show" : "Show again"}
    </Button>
  );
  return (
    <Panel title="Preview" actions={ask}>
      {preview.error !== null ? (
        <Failure what="The preview could not be made" error={preview.error} onRetry={() => preview.mutate()} />
      ) : preview.data === undefined ? (
        <p className={classes["body"]}>
          {ready ? "Shows the report as it would be if it were sent now." : "Name the report to see a preview."}
        </p>
      ) : (
        <>
          <div className={classes["body"]}>
            <strong>{preview.data.subject}</strong>
            <div className={classes["under"]}>
              Next: {preview.data.upcoming.map((at) => formatTime(at, "dateMinute", zone)).join("; ")}
            </div>
            {preview.data.quiet !== null && (
              <div className={classes["under"]}>Nothing to say: {preview.data.quiet}</div>
            )}
          </div>
          <Paper title="Preview of the report" html={preview.data.html} />
        </>
      )}
    </Panel>
  );
}

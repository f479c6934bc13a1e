import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Link, useNavigate } from "react-router";
import type { Report } from "../../api/reports";
import { useWatchWrite } from "../../api/useWatchWrite";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { PageHead } from "../../ui/PageHead";
import { RunsPanel } from "./RunsPanel";
import { SendPanel } from "./SendPanel";
import { recipientsText } from "./words";

export function ReportView({ report }: { report: Report }) {
  const href = useHref();
  const navigate = useNavigate();
  const { role, time_zone: zone } = useProject();
  const remove = useWatchWrite<null>();
  const mayEdit = role !== "viewer";
  return (
    <>
      <PageHead
        title={report.name}
        lead={
          <>
            <span>
              {report.when} ({zone}).{" "}
              {report.next_at === null ? "It is off." : `Next: ${formatTime(report.next_at, "dateMinute", zone)}.`}
            </span>
            <span>
              To: {recipientsText(report)}
              {report.unsubscribed.length > 0 && `. Unsubscribed: ${report.unsubscribed.join(", ")}`}
            </span>
          </>
        }
        actions={
          mayEdit && (
            <>
              <Button component={Link} to={href(`/reports/${report.id}/edit`)} size="xs" variant="default">
                Edit
              </Button>
              <ConfirmButton
                size="xs"
                label="Delete"
                does={`Delete report “${report.name}”`}
                consequence="Its history goes with it. Mails that were sent stay where they are."
                pending={remove.isPending}
                error={remove.error}
                onConfirm={(done) =>
                  remove.mutate(
                    { path: `/reports/${report.id}`, method: "DELETE" },
                    {
                      onSuccess: () => {
                        done();
                        notifications.show({ message: `Report “${report.name}” deleted` });
                        void navigate(href("/reports"));
                      },
                    },
                  )
                }
              />
            </>
          )
        }
      />
      {mayEdit && <SendPanel report={report} />}
      <RunsPanel report={report} />
    </>
  );
}

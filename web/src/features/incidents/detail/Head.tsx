import { Button, Select } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { IncidentChange, IncidentDetail, Person } from "../../../api/incidents";
import { useWatchRead } from "../../../api/useWatchRead";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { minutesText } from "../../../format/duration";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { FormError } from "../../../ui/FormError";
import { SeverityMark } from "../../../ui/SeverityMark";
import { IncidentMark } from "../IncidentMark";
import { STATUS_ACT, STATUS_WORD } from "../status";
import { PageHead } from "../../../ui/PageHead";

const MINUTE_MS = 60_000;

interface Props {
  incident: IncidentDetail;
  mayEdit: boolean;
  now: number;
}

/** What it is, how it stands, whose it is, and the steps that may follow. */
export function Head({ incident, mayEdit, now }: Props) {
  const { time_zone: zone } = useProject();
  const change = useWatchWrite<IncidentDetail>();
  const people = useWatchRead<Person[]>("/incidents/assignees", {}, mayEdit);
  const set = (body: Partial<IncidentChange>, said: string) =>
    change.mutate(
      { path: `/incidents/${incident.id}`, method: "PATCH", body },
      { onSuccess: () => notifications.show({ message: said }) },
    );
  const end = incident.resolved_at === null ? now : Date.parse(incident.resolved_at);
  const minutes = Math.max(1, Math.round((end - Date.parse(incident.began_at)) / MINUTE_MS));
  const choices = people.data ?? (incident.assignee === null ? [] : [incident.assignee]);
  return (
    <>
      <PageHead
        title={incident.title}
        lead={
          <>
            <IncidentMark status={incident.status} />
            <SeverityMark severity={incident.severity} />
            <span>
              {formatTime(incident.began_at, "dateMinute", zone)}, {minutesText(minutes)}
              {incident.resolved_at === null && " so far"}
            </span>
            {!mayEdit && (
              <span>{incident.assignee === null ? "not assigned" : `assigned to ${incident.assignee.name}`}</span>
            )}
            {incident.silenced_until !== null && (
              <span>silenced until {formatTime(incident.silenced_until, "dateMinute", zone)}</span>
            )}
          </>
        }
        actions={
          mayEdit && (
            <>
              <Select
                size="xs"
                w={190}
                aria-label="Assigned to"
                placeholder="Assign to somebody"
                searchable
                clearable
                nothingFoundMessage="No such member"
                data={choices.map(({ user_id, name, email }) => ({
                  value: user_id,
                  label: name === "" ? email : name,
                }))}
                value={incident.assignee?.user_id ?? null}
                onChange={(assignee) =>
                  set({ assignee }, assignee === null ? "Nobody is assigned" : "The incident is assigned")
                }
              />
              {incident.next_statuses
                .filter((status) => status !== "post_mortem" || incident.has_post_mortem)
                .map((status, place) => (
                  <Button
                    key={status}
                    size="xs"
                    variant={place === 0 ? "filled" : "default"}
                    loading={change.isPending}
                    onClick={() => set({ status }, `The incident is ${STATUS_WORD[status].toLowerCase()}`)}
                  >
                    {STATUS_ACT[status]}
                  </Button>
                ))}
            </>
          )
        }
      />
      <FormError error={change.error} fields={[]} />
    </>
  );
}

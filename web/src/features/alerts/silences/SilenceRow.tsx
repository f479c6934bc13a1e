import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBellOff, IconCalendarTime, IconCircleCheck } from "@tabler/icons-react";
import type { Silence } from "../../../api/alerts";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { Mark } from "../../../ui/Mark";
import cells from "../../../ui/cells.module.css";
import { scopeText, whenText } from "./silenceText";

const STATES = {
  active: { icon: IconBellOff, tone: "warning", word: "Active" },
  planned: { icon: IconCalendarTime, tone: "info", word: "Planned" },
  over: { icon: IconCircleCheck, tone: "info", word: "Over" },
} as const;

interface Props {
  silence: Silence;
  /** Of rules, by id. */
  names: ReadonlyMap<string, string>;
  /** Of dimensions. */
  labels: ReadonlyMap<string, string>;
  mayEdit: boolean;
}

/** What is kept quiet, until when and why; it can be ended early. */
export function SilenceRow({ silence, names, labels, mayEdit }: Props) {
  const { time_zone: zone } = useProject();
  const end = useWatchWrite<null>();
  const { icon, tone, word } = STATES[silence.state];
  const scope = scopeText(
    silence,
    (id) => names.get(id),
    (dimension) => labels.get(dimension) ?? dimension,
  );
  const does = silence.state === "planned" && silence.weekly === null ? "Delete" : "End now";
  const stop = () =>
    end.mutate(
      { path: `/silences/${silence.id}`, method: "DELETE" },
      {
        onSuccess: () =>
          notifications.show({ message: does === "Delete" ? "Deleted" : "Ended: people are told again" }),
        onError: (error) => notifications.show({ color: "red", title: "It was not ended", message: error.message }),
      },
    );
  return (
    <tr>
      <td className={cells["main"]}>
        <strong>{scope}</strong>
        <div className={cells["under"]}>{silence.kind === "maintenance" ? "Maintenance" : "Silence"}</div>
      </td>
      <td data-label="State">
        <Mark tone={tone} icon={icon}>
          {word}
        </Mark>
      </td>
      <td data-label="When">
        {whenText(silence, zone)}
        {silence.weekly !== null && silence.next_start !== null && silence.state !== "active" && (
          <div className={cells["under"]}>next {formatTime(silence.next_start, "dateMinute", zone)}</div>
        )}
      </td>
      <td data-label="Reason">
        {silence.reason}
        <div className={cells["under"]}>{silence.created_by}</div>
      </td>
      {mayEdit && (
        <td className={cells["end"]}>
          {silence.state !== "over" && (
            <Button
              size="compact-xs"
              variant="default"
              loading={end.isPending}
              aria-label={`${does}: ${scope}`}
              onClick={stop}
            >
              {does}
            </Button>
          )}
        </td>
      )}
    </tr>
  );
}

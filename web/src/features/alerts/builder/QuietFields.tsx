import { ActionIcon, Button, Input, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { QuietHours } from "../../../api/alerts";
import { useProject } from "../../../state/ProjectContext";
import { WeekdaysField } from "../../../ui/WeekdaysField";
import classes from "./Builder.module.css";

const MOST = 7;
const NIGHTS: QuietHours = { weekdays: [1, 2, 3, 4, 5, 6, 7], start: "22:00", end: "07:00" };

interface Props {
  quiet: readonly QuietHours[];
  error: string | null;
  onChange: (quiet: QuietHours[]) => void;
}

/** When nobody is told. */
export function QuietFields({ quiet, error, onChange }: Props) {
  const { time_zone: zone } = useProject();
  const change = (place: number, part: Partial<QuietHours>) =>
    onChange(quiet.map((one, at) => (at === place ? { ...one, ...part } : one)));
  return (
    <Input.Wrapper
      size="xs"
      label="Quiet hours"
      description={`No message then, in ${zone.replaceAll("_", " ")}; what still fires is told when they end.`}
      component="div"
      labelElement="div"
      error={error}
      inputWrapperOrder={["label", "description", "input", "error"]}
    >
      <div className={classes["rows"]}>
        {quiet.map((one, place) => (
          // rows have no identity of their own, and keep no state
          <div key={place} className={classes["quiet"]}>
            <WeekdaysField
              label={`Days of quiet hours ${place + 1}`}
              days={one.weekdays}
              onChange={(weekdays) => change(place, { weekdays })}
            />
            <TextInput
              size="xs"
              type="time"
              aria-label={`Begin of quiet hours ${place + 1}`}
              value={one.start}
              onChange={(event) => change(place, { start: event.currentTarget.value })}
            />
            <TextInput
              size="xs"
              type="time"
              aria-label={`End of quiet hours ${place + 1}`}
              value={one.end}
              onChange={(event) => change(place, { end: event.currentTarget.value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove quiet hours ${place + 1}`}
              onClick={() => onChange(quiet.filter((_, at) => at !== place))}
            >
              <IconTrash size={15} aria-hidden />
            </ActionIcon>
          </div>
        ))}
        {quiet.length < MOST && (
          <div>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconPlus size={13} aria-hidden />}
              onClick={() => onChange([...quiet, NIGHTS])}
            >
              Add quiet hours
            </Button>
          </div>
        )}
      </div>
    </Input.Wrapper>
  );
}

import { Chip } from "@mantine/core";
import { WEEKDAYS } from "./weekdays";
import classes from "./WeekdaysField.module.css";

interface Props {
  label: string;
  /** 1 is Monday. */
  days: readonly number[];
  onChange: (days: number[]) => void;
}

/** Days of the week, each on or off. */
export function WeekdaysField({ label, days, onChange }: Props) {
  return (
    <Chip.Group multiple value={days.map(String)} onChange={(chosen) => onChange(chosen.map(Number).sort())}>
      <div className={classes["days"]} role="group" aria-label={label}>
        {WEEKDAYS.map(({ day, short, name }) => (
          <Chip key={day} size="xs" radius="sm" variant="filled" icon={null} value={String(day)} aria-label={name}>
            {short}
          </Chip>
        ))}
      </div>
    </Chip.Group>
  );
}

import { Button } from "@mantine/core";
import { DatePicker, TimeInput } from "@mantine/dates";
import { useState } from "react";
import { momentOf, wallTime } from "../../format/zone";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { windowOf, type Range } from "../../state/range";
import classes from "./TimeRange.module.css";

interface Props {
  range: Range;
  onApply: (range: Range) => void;
}

/** Any days by calendar and any minutes by clock, in the project's zone. */
export function CustomRange({ range, onApply }: Props) {
  const { time_zone: timeZone } = useProject();
  const { now } = useClock();
  const current = windowOf(range, now, timeZone);
  const first = wallTime(current.start, timeZone);
  const last = wallTime(current.end, timeZone);
  const [days, setDays] = useState<[string | null, string | null]>([first.slice(0, 10), last.slice(0, 10)]);
  const [from, setFrom] = useState(first.slice(11, 16));
  const [to, setTo] = useState(last.slice(11, 16));

  const chooseDays = (chosen: [string | null, string | null]) => {
    setDays(chosen);
    setFrom("00:00");
    setTo("24:00");
  };
  const [begin, end] = days;
  const start = begin === null ? null : momentOf(`${begin} ${from}:00`, timeZone);
  const finish = begin === null ? null : endOf(end ?? begin, to, timeZone);
  const valid = start !== null && finish !== null && start < finish;
  return (
    <form
      className={classes["custom"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) onApply({ start, end: finish });
      }}
    >
      <DatePicker
        type="range"
        size="xs"
        allowSingleDateInRange
        hideOutsideDates
        classNames={{ day: classes["day"] ?? "" }}
        previousLabel="Previous month"
        nextLabel="Next month"
        value={days}
        onChange={chooseDays}
        defaultDate={end ?? begin ?? first.slice(0, 10)}
        maxDate={wallTime(now, timeZone).slice(0, 10)}
      />
      <div className={classes["times"]}>
        <TimeInput size="xs" label="From" value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
        <TimeInput
          size="xs"
          label="Until"
          value={to === "24:00" ? "23:59" : to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
      </div>
      {!valid && <p className={classes["error"]}>Choose a start that lies before the end.</p>}
      <Button type="submit" size="xs" fullWidth mt="sm" disabled={!valid}>
        Show this range
      </Button>
    </form>
  );
}

/** The end of a day is the beginning of the next: a range is half-open. */
function endOf(day: string, time: string, timeZone: string): number | null {
  if (time === "") return null;
  if (time !== "24:00") return momentOf(`${day} ${time}:00`, timeZone);
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return momentOf(`${next} 00:00:00`, timeZone);
}

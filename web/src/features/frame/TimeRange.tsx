import { Button, Popover } from "@mantine/core";
import { IconCalendar, IconChevronDown } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { formatTime, zoneOffsetName } from "../../format/time";
import { wallTime } from "../../format/zone";
import { PRESET_LABEL, PRESETS, type Range } from "../../state/range";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import classes from "./TimeRange.module.css";

const CustomRange = lazy(async () => ({ default: (await import("./CustomRange")).CustomRange }));

/** The time range and the zone it is told in. */
export function TimeRange() {
  const { view, change } = useView();
  const { time_zone: timeZone } = useProject();
  const { now } = useClock();
  const [opened, setOpened] = useState(false);
  const [custom, setCustom] = useState(false);
  const choose = (range: Range) => {
    change({ range });
    setOpened(false);
  };
  const open = () => {
    setCustom(!("preset" in view.range));
    setOpened(!opened);
  };
  const zone = zoneOffsetName(timeZone, "preset" in view.range ? now : view.range.start);
  // withRoles would name the dialog after its button
  return (
    <Popover
      withRoles={false}
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      trapFocus
      shadow="md"
      returnFocus
    >
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          aria-haspopup="dialog"
          aria-expanded={opened}
          className={classes["button"] ?? ""}
          onClick={open}
          leftSection={<IconCalendar size={15} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {labelOf(view.range, timeZone, now)}
          <span className={classes["zone"]} title={timeZone}>
            {zone}
          </span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} role="dialog" tabIndex={-1} aria-label="Time range">
        <div className={classes["choices"]}>
          <div className={classes["presets"]}>
            {PRESETS.map((preset) => (
              <button
                key={preset}
                type="button"
                className={classes["preset"]}
                aria-pressed={"preset" in view.range && view.range.preset === preset}
                onClick={() => choose({ preset })}
              >
                {PRESET_LABEL[preset]}
              </button>
            ))}
            <button
              type="button"
              className={classes["preset"]}
              aria-pressed={custom}
              onClick={() => setCustom(!custom)}
            >
              Custom
            </button>
            <p className={classes["note"]}>Times are {timeZone.replaceAll("_", " ")}</p>
          </div>
          {custom && (
            <Suspense fallback={null}>
              <CustomRange range={view.range} onApply={choose} />
            </Suspense>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function labelOf(range: Range, timeZone: string, now: number): string {
  if ("preset" in range) return PRESET_LABEL[range.preset];
  const { start, end } = range;
  const day = (at: number) => formatTime(at, "date", timeZone);
  const clock = (at: number) => formatTime(at, "minute", timeZone);
  if (clock(start) === "00:00" && clock(end) === "00:00") {
    return day(start) === day(end - 1) ? day(start) : `${day(start)} – ${day(end - 1)}`;
  }
  const year = (at: number) => wallTime(at, timeZone).slice(0, 4);
  const known = year(start) === year(now) && year(end) === year(now);
  const moment = (at: number) => (known ? formatTime(at, "dateMinute", timeZone) : `${day(at)}, ${clock(at)}`);
  return `${moment(start)} – ${day(start) === day(end - 1) ? clock(end) : moment(end)}`;
}

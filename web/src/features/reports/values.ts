import type { NewReport, Report, Schedule } from "../../api/reports";
import type { Filter } from "../../api/types";

type Covers = Extract<Schedule, { kind: "custom" }>["covers"];

/** As typed. */
export interface ReportValues {
  name: string;
  enabled: boolean;
  kind: Schedule["kind"];
  time: string;
  weekday: string;
  day: string;
  weekdays: number[];
  firstOfMonth: boolean;
  covers: NonNullable<Covers>;
  dashboard: string;
  where: Filter[];
  addresses: string[];
  channels: string[];
  quiet: boolean;
  pdf: boolean;
}

export function valuesOf(report: Report | null): ReportValues {
  const schedule: Schedule = report?.schedule ?? { kind: "daily", hour: 8, minute: 0 };
  const custom = schedule.kind === "custom" ? schedule : null;
  return {
    name: report?.name ?? "",
    enabled: report?.enabled ?? true,
    kind: schedule.kind,
    time: `${two(schedule.hour)}:${two(schedule.minute)}`,
    weekday: String(schedule.kind === "weekly" ? schedule.weekday : 1),
    day: String(schedule.kind === "monthly" ? schedule.day : 1),
    weekdays: custom?.weekdays ?? [1, 2, 3, 4, 5],
    firstOfMonth: custom?.first_of_month ?? false,
    covers: custom?.covers ?? "since_last",
    dashboard: report?.dashboard ?? "",
    where: report?.where ?? [],
    addresses: report?.addresses ?? [],
    channels: report?.channels ?? [],
    quiet: report?.quiet ?? false,
    pdf: report?.pdf ?? false,
  };
}

export function bodyOf(values: ReportValues): NewReport {
  return {
    name: values.name.trim(),
    enabled: values.enabled,
    schedule: scheduleOf(values),
    dashboard: values.dashboard === "" ? null : values.dashboard,
    where: values.where,
    addresses: values.addresses,
    channels: values.channels,
    quiet: values.quiet,
    pdf: values.pdf,
  };
}

function scheduleOf(values: ReportValues): Schedule {
  const [hour = 8, minute = 0] = values.time.split(":").map(Number);
  switch (values.kind) {
    case "daily":
      return { kind: "daily", hour, minute };
    case "weekly":
      return { kind: "weekly", weekday: Number(values.weekday), hour, minute };
    case "monthly":
      return { kind: "monthly", day: Number(values.day), hour, minute };
    case "custom":
      return {
        kind: "custom",
        weekdays: values.weekdays,
        first_of_month: values.firstOfMonth,
        covers: values.covers,
        hour,
        minute,
      };
  }
}

type Problems = Partial<Record<keyof ReportValues, string | null>>;

/** What is wrong, by field; a field without a problem is null. */
export function problemsOf(values: ReportValues): Problems {
  return {
    name: values.name.trim() === "" ? "Name it, such as Morning summary" : null,
    time: /^\d{2}:\d{2}$/.test(values.time) ? null : "Enter a time such as 08:00",
    day: values.kind === "monthly" && !within(values.day) ? "Enter a day from 1 to 28" : null,
    weekdays: values.kind === "custom" && values.weekdays.length === 0 ? "Choose at least one day" : null,
  };
}

/** The field of the form that a field of the API is entered in. */
export function fieldOf(field: string): keyof ReportValues | null {
  const first = field.split(".")[0] ?? "";
  if (first === "schedule") return field.endsWith("weekdays") ? "weekdays" : field.endsWith("day") ? "day" : "time";
  return ["name", "dashboard", "where", "addresses", "channels"].includes(first) ? (first as keyof ReportValues) : null;
}

function within(day: string): boolean {
  return /^\d+$/.test(day) && Number(day) >= 1 && Number(day) <= 28;
}

function two(n: number | undefined): string {
  return String(n ?? 0).padStart(2, "0");
}

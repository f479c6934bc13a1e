export const WEEKDAYS = [
  { day: 1, short: "Mo", name: "Monday" },
  { day: 2, short: "Tu", name: "Tuesday" },
  { day: 3, short: "We", name: "Wednesday" },
  { day: 4, short: "Th", name: "Thursday" },
  { day: 5, short: "Fr", name: "Friday" },
  { day: 6, short: "Sa", name: "Saturday" },
  { day: 7, short: "Su", name: "Sunday" },
] as const;

/** "every day", "Monday to Friday", "Saturday, Sunday". */
export function weekdaysText(days: readonly number[]): string {
  const known = WEEKDAYS.filter(({ day }) => days.includes(day));
  if (known.length === WEEKDAYS.length) return "every day";
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined) return "no day";
  const running = known.length > 2 && last.day - first.day === known.length - 1;
  return running ? `${first.name} to ${last.name}` : known.map(({ name }) => name).join(", ");
}

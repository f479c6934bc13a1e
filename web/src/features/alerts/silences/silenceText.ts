import type { Silence } from "../../../api/alerts";
import { formatTime } from "../../../format/time";
import { weekdaysText } from "../../../ui/weekdays";
import { SOURCE_WORD } from "../words";

/** Whose alerts a silence keeps quiet: "Errors of support, model m1". `nameOf`: of a rule by its id. */
export function scopeText(
  { source, source_id: id, match }: Pick<Silence, "source" | "source_id" | "match">,
  nameOf: (id: string) => string | undefined,
  labelOf: (dimension: string) => string,
): string {
  const whose =
    id !== null
      ? (nameOf(id) ?? `one ${source === null ? "rule" : SOURCE_WORD[source].toLowerCase()}`)
      : sourcesText(source);
  const parts = Object.entries(match).map(
    ([dimension, values]) =>
      `${labelOf(dimension).toLowerCase()} ${values.map((value) => value ?? "not given").join(" or ")}`,
  );
  return [whose, ...parts].join(", ");
}

/** When it is quiet: "until 12 Jan, 14:00", "every Saturday, Sunday, 22:00 to 02:00". */
export function whenText(silence: Silence, timeZone: string): string {
  const { start, end, weekly, state, ended_at: ended } = silence;
  const at = (moment: string) => formatTime(moment, "dateMinute", timeZone);
  if (ended !== null) return `${at(start)} to ${at(ended)}, ended early`;
  if (weekly !== null) {
    const days = weekdaysText(weekly.weekdays);
    const times = `${weekly.start.slice(0, 5)} to ${weekly.end.slice(0, 5)}`;
    return `${days === "every day" ? days : `every ${days}`}, ${times}${end === null ? "" : `, until ${at(end)}`}`;
  }
  if (end === null) return `from ${at(start)}`;
  return state === "active" ? `until ${at(end)}` : `${at(start)} to ${at(end)}`;
}

function sourcesText(source: Silence["source"]): string {
  return source === null
    ? "Everything"
    : `All ${SOURCE_WORD[source] === "SLA" ? "SLA" : SOURCE_WORD[source].toLowerCase()}s`;
}

/** Ways to cut calls into cohorts that are not dimensions. */
export const KINDS = [
  { value: "new_users", label: "New and returning users" },
  { value: "hour", label: "Hour of the day" },
  { value: "weekday", label: "Day of the week" },
  { value: "day", label: "Day" },
  { value: "week", label: "Week" },
] as const;

/** Dimensions named first; the others follow in the order of the catalogue. */
const FIRST = ["feature", "prompt_version", "prompt_id", "model"];
const NOT_COHORTS = new Set(["user_id", "session_id", "hour", "weekday", "day", "week", "new_users", "user_kind"]);
export const PROPERTY = "properties.";
/** Quick to answer, whatever a project sends: who is new is known from all calls ever. */
export const DEFAULT_KIND = "hour";

/** What the numbers of a cohort are unless others are chosen. */
export const DEFAULT_METRICS = [
  "total_requests",
  "unique_users",
  "success_rate",
  "p95_latency_ms",
  "avg_tokens_per_request",
  "cost_per_request_usd",
];

interface Choice {
  value: string;
  label: string;
}

/** Everything calls can be cut by, as a select lists it. */
export function cohortChoices(dimensions: readonly { key: string; label: string }[]) {
  const place = ({ value }: Choice) => (FIRST.includes(value) ? FIRST.indexOf(value) : FIRST.length);
  const named: Choice[] = dimensions
    .filter(({ key }) => !NOT_COHORTS.has(key))
    .map(({ key, label }) => ({ value: key, label }))
    .sort((a, b) => place(a) - place(b));
  return [
    { group: "Time and users", items: KINDS.map(({ value, label }) => ({ value, label })) },
    { group: "Dimensions", items: [...named, { value: PROPERTY, label: "A property of your own …" }] },
  ];
}

/** Names of the properties among the fields of calls. */
export function propertyNames(fields: readonly { key: string }[]): string[] {
  return fields.flatMap(({ key }) => (key.startsWith(PROPERTY) ? [key.slice(PROPERTY.length)] : []));
}

/** Filters that show the calls of a cohort; null where the address of a list of calls cannot say it. */
export function callsOf(by: string, key: string | null): Record<string, string> | null {
  if (KINDS.some(({ value }) => value === by)) return null;
  return { where: JSON.stringify([{ dimension: by, op: "in", values: [key] }]) };
}

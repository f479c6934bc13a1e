interface Cause {
  dimension: string;
  value: string | null;
  prompt_id: string | null;
}

/** "model gpt-5 of support-reply": the calls that carry a change. */
export function causeName({ dimension, value, prompt_id: prompt }: Cause): string {
  const what = dimension
    .replace(/^properties\./, "")
    .replace(/_id$/, "")
    .replaceAll("_", " ");
  const of = prompt === null || prompt === value ? "" : ` of ${prompt}`;
  return `${what} ${value ?? "not given"}${of}`;
}

/** Names of dimensions that their key does not tell. */
const LABELS: Readonly<Record<string, string>> = {
  prompt_id: "Prompt",
  prompt_version: "Version",
  user_id: "User",
  session_id: "Session",
  trace_id: "Trace",
  experiment_id: "Experiment",
  variant_id: "Variant",
};

/** The name of a dimension where the catalogue is not at hand: "error_type" is "Error type". */
export function dimensionLabel(key: string): string {
  const words = key.replace(/^properties\./, "").replaceAll("_", " ");
  return LABELS[key] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

import type { FailureGroup } from "../../api/analysis";

const TYPES: Readonly<Record<string, string>> = {
  timeout: "Timeout",
  rate_limit: "Rate limit",
  model_error: "Model error",
  validation: "Validation",
  system: "System",
  other: "Other",
};

/** A kind of failure in words. */
export function failureType(type: string): string {
  return TYPES[type] ?? type;
}

/** What a failure says; its class or its kind where it says nothing. */
export function failureText({ message, error_name: name, error_type: type }: FailureGroup): string {
  const said = message?.trim() ?? "";
  if (said !== "") return said;
  return `${name ?? failureType(type)}, without a message`;
}

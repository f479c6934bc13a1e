import type { DashboardBody, DashboardFile, Widget } from "../../api/dashboards";
import { PRESETS } from "../../state/range";
import { KINDS } from "./kinds";

/** Reads what was exported. Answers what is wrong with it in words for people; the API checks the rest. */
export function parseFile(text: string): DashboardFile | string {
  const parsed = parsedJson(text);
  if (!isRecord(parsed) || !("promptpulse_dashboard" in parsed)) {
    return "This is not an exported dashboard: choose the JSON file that “Export” made.";
  }
  if (parsed["promptpulse_dashboard"] !== 1) {
    return `This file is of version ${JSON.stringify(parsed["promptpulse_dashboard"])}; this PromptPulse reads version 1.`;
  }
  const body = parsed["dashboard"];
  return isBody(body)
    ? { promptpulse_dashboard: 1, dashboard: body }
    : "The dashboard in this file is not complete: it needs a name, a range and widgets.";
}

/** Reads a widget from the clipboard; null when it holds something else. */
export function parseWidget(text: string): Widget | null {
  const parsed = parsedJson(text);
  return isWidget(parsed) ? parsed : null;
}

export function isBody(value: unknown): value is DashboardBody {
  return (
    isRecord(value) &&
    typeof value["name"] === "string" &&
    typeof (value["description"] ?? "") === "string" &&
    (PRESETS as readonly unknown[]).includes(value["range"]) &&
    Array.isArray(value["widgets"]) &&
    value["widgets"].every(isWidget)
  );
}

/** Names of files bear no spaces, slashes or signs. */
export function fileName(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return words === "" ? "dashboard" : words;
}

function isWidget(value: unknown): value is Widget {
  if (!isRecord(value) || !isRecord(value["place"]) || !isRecord(value["query"])) return false;
  const { id, kind, title, text, place, query } = value;
  return (
    typeof id === "string" &&
    typeof kind === "string" &&
    Object.hasOwn(KINDS, kind) &&
    typeof title === "string" &&
    typeof text === "string" &&
    ["x", "y", "w", "h"].every((side) => Number.isInteger(place[side])) &&
    [query["metrics"], query["by"], query["where"]].every(Array.isArray)
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no JSON: said by the caller
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import type { useHref } from "../../state/useHref";
import { whereParam } from "../../state/whereParam";
import type { Split } from "./breakdown";

/** The calls of a part of the cost. */
export function callsOf(href: ReturnType<typeof useHref>, { dimension }: Split, name: string | null): string {
  if (dimension === "prompt_id") return href("/calls", {}, { prompts: [name] });
  if (name !== null) return href("/calls", { [dimension]: name });
  return href("/calls", { where: whereParam([{ dimension, op: "in", values: [null] }]) });
}

import { usePromptNames } from "./usePromptNames";
import { useValues } from "./useValues";

/** Names of prompts that are kept here or that calls carry, in order. */
export function usePromptChoices(): string[] {
  const { data: called = [] } = useValues("prompt_id");
  const { data: registered = [] } = usePromptNames();
  return [...new Set([...registered, ...called.filter((name) => name !== null)])].sort();
}

import type { PromptVersion } from "../../api/types";
import { useRegistryList } from "./useRegistryList";

/** More are reached by the API; people compare the last ones. */
const MOST = 100;

/** Versions of a prompt, newest first. */
export function useVersions(promptId: string) {
  return useRegistryList<PromptVersion>(`/prompts/${promptId}/versions`, { limit: MOST });
}

import type { Deployment } from "../../api/types";
import { useRegistryList } from "./useRegistryList";

const MOST = 500;

/** Deployments of a prompt, newest first. */
export function useDeployments(promptId: string) {
  return useRegistryList<Deployment>(`/prompts/${promptId}/deployments`, { limit: MOST });
}

import { useValues } from "../../../api/useValues";
import { PRODUCTION } from "./draft";

/** Environments that calls have named, and production. */
export function useEnvironments(also: readonly string[] = []): string[] {
  const { data = [] } = useValues("environment");
  return [...new Set([PRODUCTION, ...also, ...data.filter((value) => value !== null)])];
}

import type { Deployment } from "../../api/types";

/**
 * What rolling back leads to in each environment: the version that was served before the present one and is not itself
 * rolled back. `deployments`: newest first, as the API lists them.
 */
export function rollBackTargets(deployments: readonly Deployment[]): Map<string, number> {
  const served = new Map<string, number[]>();
  for (const { environment, kind, version, previous_version: previous } of [...deployments].reverse()) {
    const stack = served.get(environment) ?? (previous === null ? [] : [previous]);
    const below = stack.slice(0, -1).lastIndexOf(version);
    served.set(environment, kind === "rollback" && below >= 0 ? stack.slice(0, below + 1) : [...stack, version]);
  }
  return new Map(
    [...served].flatMap(([environment, stack]) => {
      const before = stack.at(-2);
      return before === undefined || before === stack.at(-1) ? [] : [[environment, before] as const];
    }),
  );
}

import type { Params } from "../../api/client";
import type { Filter } from "../../api/types";
import { whereParam } from "../../state/whereParam";

/** Filters that the list of calls takes by their name. */
const BY_NAME: ReadonlySet<string> = new Set([
  "prompt_version",
  "provider",
  "model",
  "status",
  "error_type",
  "error_family",
  "feature",
  "operation",
  "user_id",
  "session_id",
  "experiment_id",
  "variant_id",
  "cost_source",
]);

/** How the address of the list of calls says which calls are meant. */
export function callsParams(filters: readonly Filter[]): Params {
  const params: Params = {};
  const others: Filter[] = [];
  for (const filter of filters) {
    const [value, ...more] = filter.values;
    const named = BY_NAME.has(filter.dimension) && filter.op === "in" && more.length === 0;
    if (named && value !== null && value !== "" && !(filter.dimension in params)) params[filter.dimension] = value;
    else others.push(filter);
  }
  if (others.length > 0) params["where"] = whereParam(others);
  return params;
}

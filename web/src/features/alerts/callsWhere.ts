import type { Params } from "../../api/client";
import type { Filter } from "../../api/types";
import { callsParams } from "../dashboards/callsParams";

/** The calls that a series is of, for the list of calls: filters of the source, and the values of its group. */
export function callsWhere(where: readonly Filter[], group: Readonly<Record<string, string | null>>): Params {
  const own = Object.entries(group).map(([dimension, value]): Filter => ({ dimension, op: "in", values: [value] }));
  return callsParams([...where, ...own]);
}

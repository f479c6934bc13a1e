import { useMemo } from "react";
import { useFields } from "../../api/useFields";

/** Names of dimensions by their keys. */
export function useDimensionLabels(): ReadonlyMap<string, string> {
  const { data } = useFields();
  return useMemo(() => new Map((data?.dimensions ?? []).map(({ key, label }) => [key, label])), [data]);
}

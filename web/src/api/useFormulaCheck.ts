import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useProject } from "../state/ProjectContext";
import { useApi } from "./ApiContext";
import type { FormulaChecked } from "./dashboards";
import { traffic } from "./keys";

/** After the last key. */
const WAIT_MS = 350;

interface Span {
  /** Epoch milliseconds, [start, end). */
  start: number;
  end: number;
}

export interface FormulaCheck {
  data: FormulaChecked | undefined;
  error: Error | null;
  /** `data` is about the formula as it is now, not as it was a moment ago. */
  settled: boolean;
}

/** What is wrong with a formula and where, or what it gives over `span`. */
export function useFormulaCheck(formula: string, span: Span | null = null): FormulaCheck {
  const api = useApi();
  const project = useProject().id;
  const [asked] = useDebouncedValue(formula, WAIT_MS);
  const range =
    span === null ? {} : { start: new Date(span.start).toISOString(), end: new Date(span.end).toISOString() };
  const { data, error, isPlaceholderData } = useQuery<FormulaChecked>({
    queryKey: [...traffic(project), "formula", asked, range],
    enabled: asked.trim() !== "",
    placeholderData: (last) => last,
    queryFn: async ({ signal }) => {
      const body = { formula: asked, ...range };
      const request = { method: "POST" as const, params: { project }, body, signal };
      return (await api<FormulaChecked>("/metrics/custom/check", request)).data;
    },
  });
  return {
    data: asked.trim() === "" ? undefined : data,
    error,
    settled: asked === formula && !isPlaceholderData,
  };
}

import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../api/ApiContext";
import type { Backtest, NewRule } from "../../api/alerts";
import { useProject } from "../../state/ProjectContext";

/** What a rule would have done over the last `days`; asks nothing while `rule` is null. The last answer stays meanwhile. */
export function useBacktest(rule: NewRule | null, days: number) {
  const api = useApi();
  const { id } = useProject();
  return useQuery<Backtest>({
    // not below what is watched: news of alerts change nothing of the past
    queryKey: ["project", id, "backtest", rule, days],
    enabled: rule !== null,
    staleTime: 300_000,
    placeholderData: (last, lastQuery) => (lastQuery?.queryKey[1] === id ? last : undefined),
    queryFn: async ({ signal }) => {
      const request = { method: "POST", params: { project: id }, body: { rule, days }, signal } as const;
      return (await api<Backtest>("/rules/preview", request)).data;
    },
  });
}

/** A rule with what changes nothing of its trial left out, so that typing a name asks nothing. */
export function asTried(rule: NewRule): NewRule {
  return {
    ...rule,
    name: "trial",
    description: "",
    runbook: "",
    channels: null,
    severity: "warning",
    enabled: true,
    template: null,
  };
}

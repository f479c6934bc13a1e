import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { Suggestion } from "../../api/costs";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { Section } from "../../ui/Section";
import classes from "./Costs.module.css";
import { SuggestionCard } from "./SuggestionCard";

/** Where money can be saved, found in the calls. */
export function SuggestionsSection({ suggestions }: { suggestions: UseQueryResult<Suggestion[]> }) {
  const { data, error } = suggestions;
  return (
    <Section title="Where to save" note="found in the calls of this time range, the largest saving first">
      {data === undefined && error === null && <Skeleton height={120} />}
      {data === undefined && error !== null && (
        <Panel title="Suggestions">
          <Failure
            what="The suggestions could not be loaded"
            error={error}
            onRetry={() => void suggestions.refetch()}
          />
        </Panel>
      )}
      {data?.length === 0 && (
        <Panel title="Nothing stands out">
          <Empty title="No savings found in this time range">
            Long prompts, uncached beginnings, costly failures and cheaper models with equal scores would be named here.
          </Empty>
        </Panel>
      )}
      {data !== undefined && data.length > 0 && (
        <ul className={classes["cards"]}>
          {data.map((one) => (
            <SuggestionCard key={`${one.kind} ${one.prompt_id ?? ""} ${one.model ?? ""}`} suggestion={one} />
          ))}
        </ul>
      )}
    </Section>
  );
}

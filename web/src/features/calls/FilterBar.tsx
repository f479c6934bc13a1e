import { Button, CloseButton } from "@mantine/core";
import { useSearchParams } from "react-router";
import { useProject } from "../../state/ProjectContext";
import { useTurn } from "../../state/useTurn";
import { filterText } from "../../ui/filter/fieldChoices";
import { SearchInput } from "../../ui/SearchInput";
import classes from "./Calls.module.css";
import { FilterEditor } from "./FilterEditor";
import { activeFilters, conditionsOf, SEARCH, TEXT, withConditions, withFilter, withoutFilters } from "./filters";
import { SavedViews } from "./SavedViews";
import { useCallFields } from "./useCallFields";

/** Search, and the filters of the address as chips. */
export function FilterBar() {
  const [params, setParams] = useSearchParams();
  const { capture_content: captures } = useProject();
  const { data: fields = [] } = useCallFields(useTurn());
  const active = activeFilters(params);
  const conditions = conditionsOf(params);
  const labels = new Map(fields.map(({ key, label }) => [key, label]));
  const set = (key: string, value: string) => setParams((current) => withFilter(current, key, value));
  const text = params.get(TEXT) ?? "";
  return (
    <div className={classes["bar"]} role="group" aria-label="Filters">
      <SearchInput
        key={`search ${params.get(SEARCH) === null ? "" : "set"}`}
        label="Search in ids, users, sessions and error messages"
        placeholder="Id, user, session or error message"
        value={params.get(SEARCH) ?? ""}
        onSearch={(words) => set(SEARCH, words)}
      />
      {(captures || text !== "") && (
        <SearchInput
          label="Search for words in the messages"
          placeholder="Words in the messages"
          value={text}
          onSearch={(words) => set(TEXT, words)}
        />
      )}
      {active.map(({ filter, value }) => (
        <span key={filter.key} className={classes["chip"]}>
          <span>
            <span className={classes["chipLabel"]}>{filter.label}:</span> {value}
          </span>
          <CloseButton size="xs" aria-label={`Remove filter ${filter.label}`} onClick={() => set(filter.key, "")} />
        </span>
      ))}
      {conditions.map((condition, index) => {
        const label = labels.get(condition.dimension) ?? condition.dimension;
        return (
          <span key={`${condition.dimension} ${condition.op}`} className={classes["chip"]}>
            <span>
              <span className={classes["chipLabel"]}>{label}</span> {filterText(condition)}
            </span>
            <CloseButton
              size="xs"
              aria-label={`Remove filter ${label}`}
              onClick={() => setParams((current) => withConditions(current, conditions.toSpliced(index, 1)))}
            />
          </span>
        );
      })}
      <FilterEditor
        fields={fields}
        conditions={conditions}
        onChange={(next) => setParams((current) => withConditions(current, next))}
      />
      {active.length + conditions.length > 1 && (
        <Button size="xs" variant="subtle" color="gray" onClick={() => setParams(withoutFilters)}>
          Clear
        </Button>
      )}
      <SavedViews page="calls" />
    </div>
  );
}

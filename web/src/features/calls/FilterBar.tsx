import { Button, CloseButton } from "@mantine/core";
import { useSearchParams } from "react-router";
import { SearchInput } from "../../ui/SearchInput";
import { AddFilter } from "./AddFilter";
import classes from "./Calls.module.css";
import { activeFilters, SEARCH, withFilter } from "./filters";

/** Search, and the filters of the address as chips. */
export function FilterBar() {
  const [params, setParams] = useSearchParams();
  const active = activeFilters(params);
  const set = (key: string, value: string) => setParams((current) => withFilter(current, key, value));
  const clear = () =>
    setParams((current) => active.reduce((rest, { filter }) => withFilter(rest, filter.key, ""), current));
  return (
    <div className={classes["bar"]} role="group" aria-label="Filters">
      <SearchInput
        label="Search in ids, users, sessions and error messages"
        placeholder="Id, user, session or error message"
        value={params.get(SEARCH) ?? ""}
        onSearch={(text) => set(SEARCH, text)}
      />
      {active.map(({ filter, value }) => (
        <span key={filter.key} className={classes["chip"]}>
          <span>
            <span className={classes["chipLabel"]}>{filter.label}:</span> {value}
          </span>
          <CloseButton size="xs" aria-label={`Remove filter ${filter.label}`} onClick={() => set(filter.key, "")} />
        </span>
      ))}
      <AddFilter onAdd={set} />
      {active.length > 1 && (
        <Button size="xs" variant="subtle" color="gray" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}

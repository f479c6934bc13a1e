import { Autocomplete, NativeSelect, TextInput } from "@mantine/core";
import { useValues } from "../../api/useValues";
import type { Filter } from "./filters";

interface Props {
  filter: Filter;
  value: string;
  onChange: (value: string) => void;
  /** A value was picked from a list. */
  onPick: (value: string) => void;
}

/** Fields whose values are few enough to offer. */
const OFFERED = new Set(["model", "provider", "prompt_version", "feature"]);

export function FilterValue({ filter, value, onChange, onPick }: Props) {
  if (filter.choices !== undefined) {
    return (
      <NativeSelect
        size="xs"
        label="Is"
        data={[...filter.choices]}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  if (OFFERED.has(filter.key))
    return <OfferedValue filter={filter} value={value} onChange={onChange} onPick={onPick} />;
  return (
    <TextInput
      size="xs"
      label="Is"
      inputMode={filter.kind === "number" ? "numeric" : "text"}
      error={
        filter.kind === "number" && value !== "" && !(Number(value) >= 0) ? "Enter a number of milliseconds" : null
      }
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function OfferedValue({ filter, value, onChange, onPick }: Props) {
  const { data = [] } = useValues(filter.key);
  const known = data.filter((one) => one !== null);
  return (
    <Autocomplete
      size="xs"
      label="Is"
      data={known}
      limit={50}
      value={value}
      onChange={onChange}
      onOptionSubmit={onPick}
      comboboxProps={{ withinPortal: false }}
    />
  );
}

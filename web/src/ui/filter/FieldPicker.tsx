import { Select } from "@mantine/core";
import { useState } from "react";
import type { Field } from "../../api/types";
import { isProperty } from "./fieldChoices";

interface Props {
  label: string;
  labelled?: boolean;
  /** Those that can be chosen. */
  fields: readonly Pick<Field, "key" | "label">[];
  value: string | null;
  onChange: (key: string) => void;
  /** Any property may be typed: properties.plan. */
  properties?: boolean;
  error?: string | null;
  placeholder?: string;
  disabled?: boolean;
  /** False where a click outside closes what it stands in: its list belongs inside. */
  portal?: boolean;
}

/** One field of a call, found by name. */
export function FieldPicker({
  label,
  labelled = true,
  fields,
  value,
  onChange,
  properties = true,
  error = null,
  placeholder = "Choose a field",
  disabled = false,
  portal = true,
}: Props) {
  const [search, setSearch] = useState("");
  const typed = properties && isProperty(search) ? [search.trim()] : [];
  const known = new Set(fields.map(({ key }) => key));
  const also = [...new Set([...typed, ...(value === null || value === "" ? [] : [value])])].filter(
    (key) => !known.has(key),
  );
  return (
    <Select
      size="xs"
      {...(labelled ? { label } : { "aria-label": label })}
      searchable
      allowDeselect={false}
      disabled={disabled}
      comboboxProps={{ withinPortal: portal }}
      placeholder={placeholder}
      nothingFoundMessage={properties ? "No such field. Properties begin with “properties.”" : "No such field"}
      data={[
        ...fields.map(({ key, label: name }) => ({ value: key, label: name })),
        ...also.map((key) => ({ value: key, label: key })),
      ]}
      value={value}
      error={error}
      onSearchChange={setSearch}
      onChange={(key) => {
        if (key !== null) onChange(key);
      }}
    />
  );
}

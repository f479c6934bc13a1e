import { ActionIcon, NativeSelect, TagsInput, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { Field, Filter, FilterOp } from "../../api/types";
import { useValues } from "../../api/useValues";
import { choicesOf, isBound, onField } from "./fieldChoices";
import { FieldPicker } from "./FieldPicker";
import classes from "./Filter.module.css";

interface Props {
  /** From 1; for people who do not see it. */
  number: number;
  fields: readonly Field[];
  /** Fields whose values can be listed. */
  listed: ReadonlySet<string>;
  filter: Filter;
  onChange: (filter: Filter) => void;
  onRemove: () => void;
  /** As of the picker of fields. */
  portal?: boolean;
}

/** One condition on calls: a field, how it is compared, with what. */
export function FilterRow({ number, fields, listed, filter, onChange, onRemove, portal = true }: Props) {
  const { dimension, op, values } = filter;
  const field = fields.find(({ key }) => key === dimension);
  return (
    <div className={classes["row"]}>
      <FieldPicker
        label={`Field of filter ${number}`}
        labelled={false}
        portal={portal}
        fields={fields}
        value={dimension === "" ? null : dimension}
        onChange={(key) =>
          onChange(
            onField(
              fields.find((one) => one.key === key),
              key,
            ),
          )
        }
      />
      <NativeSelect
        size="xs"
        aria-label={`Comparison of filter ${number}`}
        data={choicesOf(field).map((one) => ({ value: one.op, label: one.label }))}
        value={op}
        onChange={(event) => {
          const next = event.currentTarget.value as FilterOp;
          onChange({ ...filter, op: next, values: isBound(next) === isBound(op) ? values : [] });
        }}
      />
      {field?.type === "boolean" ? (
        <NativeSelect
          size="xs"
          aria-label={`Value of filter ${number}`}
          data={["", "true", "false"]}
          value={values.length === 0 ? "" : String(values[0])}
          onChange={({ currentTarget: { value } }) =>
            onChange({ ...filter, values: value === "" ? [] : [value === "true"] })
          }
        />
      ) : isBound(op) ? (
        <TextInput
          size="xs"
          inputMode="decimal"
          aria-label={`Value of filter ${number}`}
          placeholder={field?.unit ?? "number"}
          value={values.length === 0 ? "" : String(values[0])}
          error={values.length > 0 && !Number.isFinite(Number(values[0])) ? "Enter a number" : null}
          onChange={({ currentTarget: { value } }) => onChange({ ...filter, values: boundOf(value) })}
        />
      ) : (
        <Values number={number} filter={filter} suggested={listed.has(dimension)} portal={portal} onChange={onChange} />
      )}
      <ActionIcon variant="subtle" color="gray" onClick={onRemove} aria-label={`Remove filter ${number}`}>
        <IconTrash size={15} aria-hidden />
      </ActionIcon>
    </div>
  );
}

/** A number as soon as it is one; what is being typed until then. */
function boundOf(text: string): Filter["values"] {
  if (text.trim() === "") return [];
  const value = Number(text);
  return [Number.isFinite(value) && String(value) === text ? value : text];
}

const NOT_GIVEN = "(not given)";

interface ValuesProps {
  number: number;
  filter: Filter;
  suggested: boolean;
  portal: boolean;
  onChange: (filter: Filter) => void;
}

function Values({ number, filter, suggested, portal, onChange }: ValuesProps) {
  const { data } = useValues(filter.dimension, suggested);
  const [search, setSearch] = useState("");
  // once there is a value, the list would lie over what comes next: it shows up again with the next letter
  const listing = filter.values.length === 0 || search !== "";
  const exact = filter.op === "in" || filter.op === "not_in";
  const shown = (value: Filter["values"][number]) => (value === null ? NOT_GIVEN : String(value));
  return (
    <TagsInput
      size="xs"
      aria-label={`Values of filter ${number}`}
      placeholder={filter.values.length === 0 ? "Value, then Enter" : ""}
      acceptValueOnBlur
      searchValue={search}
      onSearchChange={setSearch}
      comboboxProps={{ withinPortal: portal }}
      limit={50}
      data={exact && listing ? [...new Set((data ?? []).map(shown))] : []}
      value={filter.values.map(shown)}
      onChange={(texts) => onChange({ ...filter, values: texts.map((text) => (text === NOT_GIVEN ? null : text)) })}
    />
  );
}

import { Button, Input } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { Filter } from "../../api/types";
import { useFields } from "../../api/useFields";
import { FilterRow } from "./FilterRow";
import classes from "./Filter.module.css";

/** As the API takes. */
const MOST = 20;

interface Props {
  label?: string;
  where: readonly Filter[];
  error?: string | null | undefined;
  onChange: (where: Filter[]) => void;
}

/** Conditions on calls as a part of a form. */
export function FilterFields({ label = "Only calls where", where, error, onChange }: Props) {
  const { data } = useFields();
  const listed = new Set((data?.dimensions ?? []).map(({ key }) => key));
  return (
    <Input.Wrapper size="xs" label={label} error={error} component="div" labelElement="div">
      <div className={classes["rows"]}>
        {where.map((filter, index) => (
          <FilterRow
            // rows have no identity of their own, and keep no state
            key={index}
            number={index + 1}
            fields={data?.fields ?? []}
            listed={listed}
            filter={filter}
            onChange={(next) => onChange(where.map((one, at) => (at === index ? next : one)))}
            onRemove={() => onChange(where.filter((_, at) => at !== index))}
          />
        ))}
        <div>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={13} aria-hidden />}
            disabled={where.length >= MOST}
            onClick={() => onChange([...where, { dimension: "model", op: "in", values: [] }])}
          >
            Add filter
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  );
}

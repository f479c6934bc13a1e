import { ActionIcon } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { FieldPicker } from "./FieldPicker";
import classes from "./Filter.module.css";

interface Props {
  by: readonly string[];
  /** Of the first; others are said to be added to it. */
  label?: string;
  most: number;
  /** So many must be chosen. */
  needed: number;
  dimensions: readonly { key: string; label: string }[];
  error: string | undefined;
  onChange: (by: string[]) => void;
}

/** What metrics are divided by. */
export function GroupFields({ by, label = "Divided by", most, needed, dimensions, error, onChange }: Props) {
  const shown = by.length < most ? [...by, null] : by;
  return (
    <div className={classes["rows"]}>
      {shown.map((key, index) => (
        <div key={index} className={classes["withRemove"]}>
          <FieldPicker
            label={index === 0 ? label : "And by"}
            placeholder={index < needed ? "Choose one" : "Nothing"}
            fields={dimensions.filter((one) => one.key === key || !by.includes(one.key))}
            value={key}
            error={index === 0 ? (error ?? null) : null}
            onChange={(next) => onChange([...by.slice(0, index), next, ...by.slice(index + 1)])}
          />
          {key !== null && by.length > needed && (
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={22}
              aria-label={`Do not divide by ${key}`}
              onClick={() => onChange(by.filter((_, at) => at !== index))}
            >
              <IconTrash size={15} aria-hidden />
            </ActionIcon>
          )}
        </div>
      ))}
    </div>
  );
}

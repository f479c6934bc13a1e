import { Button, Combobox, Input, InputBase, useCombobox } from "@mantine/core";
import { IconMathFunction } from "@tabler/icons-react";
import { useState } from "react";
import { useCatalogue } from "../api/useCatalogue";
import { FormulaOfQuery } from "./formula/FormulaOfQuery";
import { isFormula, metricChoices } from "./metricChoices";
import classes from "./MetricPicker.module.css";

interface Props {
  label: string;
  /** Key of a metric, or `=` and a formula; "" is none. */
  value: string;
  onChange: (metric: string) => void;
  error?: string | null;
  /** A formula may be written instead. */
  formulas?: boolean;
}

const FORMULA = "=";

/** One metric: of the catalogue, the project's own, or a formula written here. */
export function MetricPicker({ label, value, onChange, error = null, formulas = true }: Props) {
  const { data: catalogue } = useCatalogue();
  const [search, setSearch] = useState("");
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setSearch("");
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  if (isFormula(value)) {
    return (
      <div className={classes["formula"]}>
        <FormulaOfQuery label={`${label}: formula`} value={value} onChange={onChange} />
        <div>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onChange("")}>
            Choose a metric instead
          </Button>
        </div>
        {error !== null && <Input.Error>{error}</Input.Error>}
      </div>
    );
  }
  const chosen = catalogue?.get(value);
  const groups = metricChoices(catalogue?.values() ?? [], search);
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(key) => {
        onChange(key);
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target>
        <InputBase
          component="button"
          type="button"
          pointer
          size="xs"
          label={label}
          error={error}
          rightSection={<Combobox.Chevron />}
          rightSectionPointerEvents="none"
          onClick={() => combobox.toggleDropdown()}
        >
          {value === "" ? <Input.Placeholder>Choose a metric</Input.Placeholder> : (chosen?.label ?? value)}
        </InputBase>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            combobox.selectFirstOption();
          }}
          placeholder="Find a metric"
          aria-label="Find a metric"
        />
        <Combobox.Options className={classes["options"] ?? ""} aria-label="Metrics">
          {groups.map(({ group, metrics }) => (
            <Combobox.Group key={group} label={group}>
              {metrics.map(({ key, label: name, description }) => (
                <Combobox.Option key={key} value={key} active={key === value}>
                  {name}
                  <div className={classes["about"]}>{description}</div>
                </Combobox.Option>
              ))}
            </Combobox.Group>
          ))}
          {groups.length === 0 && <Combobox.Empty>No metric of this name</Combobox.Empty>}
          {formulas && (
            <Combobox.Option value={FORMULA} className={classes["own"] ?? ""}>
              <IconMathFunction size={15} aria-hidden /> Write a formula
            </Combobox.Option>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

import { ActionIcon, NativeSelect, TagsInput, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { ConditionOp } from "../../../api/experiments";
import { OPERATOR_WORD } from "../words";
import classes from "./Builder.module.css";
import type { ExperimentFormState } from "./form";
import { takesNumber, takesValues, type ConditionValues } from "./values";

interface Props {
  form: ExperimentFormState;
  place: number;
  condition: ConditionValues;
  locked: boolean;
  onRemove: () => void;
}

const OPERATORS = Object.entries(OPERATOR_WORD).map(([value, label]) => ({ value, label }));

export function ConditionRow({ form, place, condition, locked, onRemove }: Props) {
  const number = place + 1;
  const path = `targeting.${place}`;
  return (
    <div className={classes["condition"]}>
      <TextInput
        size="xs"
        aria-label={`Attribute of condition ${number}`}
        placeholder="plan"
        disabled={locked}
        {...form.getInputProps(`${path}.attribute`)}
      />
      <NativeSelect
        size="xs"
        aria-label={`Operator of condition ${number}`}
        disabled={locked}
        data={OPERATORS}
        value={condition.op}
        onChange={(event) => {
          const op = event.currentTarget.value as ConditionOp;
          form.setFieldValue(`${path}.op`, op);
          if (!takesValues(op)) form.setFieldValue(`${path}.values`, []);
          else if (takesNumber(op)) form.setFieldValue(`${path}.values`, condition.values.slice(0, 1));
          form.clearFieldError(`${path}.values`);
        }}
      />
      {takesNumber(condition.op) && (
        <TextInput
          size="xs"
          inputMode="decimal"
          aria-label={`Number of condition ${number}`}
          placeholder="18"
          disabled={locked}
          value={condition.values[0] ?? ""}
          error={form.errors[`${path}.values`]}
          onChange={(event) => form.setFieldValue(`${path}.values`, [event.currentTarget.value])}
        />
      )}
      {takesValues(condition.op) && !takesNumber(condition.op) && (
        <TagsInput
          size="xs"
          aria-label={`Values of condition ${number}`}
          placeholder={condition.values.length === 0 ? "pro, then Enter" : ""}
          acceptValueOnBlur
          disabled={locked}
          {...form.getInputProps(`${path}.values`)}
        />
      )}
      {!takesValues(condition.op) && <span />}
      <ActionIcon
        variant="subtle"
        color="gray"
        disabled={locked}
        onClick={onRemove}
        aria-label={`Remove condition ${number}`}
      >
        <IconTrash size={15} aria-hidden />
      </ActionIcon>
    </div>
  );
}

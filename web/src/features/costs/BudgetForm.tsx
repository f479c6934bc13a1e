import { Autocomplete, Button, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import type { Budget, ChangedBudget, NewBudget, Period } from "../../api/costs";
import { usePromptChoices } from "../../api/usePromptChoices";
import { useValues } from "../../api/useValues";
import { errorAtField } from "../../ui/errorAtField";
import { FormError } from "../../ui/FormError";
import { PERIODS } from "./budgetWords";
import classes from "./Costs.module.css";
import { useCostWrite } from "./useCostWrite";

interface Values {
  name: string;
  amount_usd: number | string;
  period: Period;
  prompt_id: string;
  environment: string;
}

interface Props {
  /** null makes a new one. */
  budget: Budget | null;
  onDone: () => void;
}

/** Makes or changes a budget. Whose calls it counts stays as it was made. */
export function BudgetForm({ budget, onDone }: Props) {
  const save = useCostWrite<Budget>();
  const { data: environments = [] } = useValues("environment");
  const prompts = usePromptChoices();
  const form = useForm<Values>({
    mode: "controlled",
    initialValues: {
      name: budget?.name ?? "",
      amount_usd: budget?.amount_usd ?? "",
      period: budget?.period ?? "month",
      prompt_id: budget?.prompt_id ?? "",
      environment: budget?.environment ?? "",
    },
    validateInputOnChange: true,
    validate: {
      name: (text) => (text.trim() === "" ? "Name it, such as Support, monthly" : null),
      amount_usd: (amount) => (typeof amount === "number" && amount > 0 ? null : "Enter US dollars above 0"),
    },
  });
  const submit = (values: Values) => {
    const changed: ChangedBudget = {
      name: values.name.trim(),
      amount_usd: Number(values.amount_usd),
      period: values.period,
    };
    const made: NewBudget = {
      name: values.name.trim(),
      amount_usd: Number(values.amount_usd),
      period: values.period,
      prompt_id: values.prompt_id.trim() === "" ? null : values.prompt_id.trim(),
      environment: values.environment === "" ? null : values.environment,
    };
    save.mutate(
      budget === null
        ? { path: "budgets", method: "POST", body: made }
        : { path: `budgets/${budget.id}`, method: "PATCH", body: changed },
      {
        onSuccess: ({ name }) => {
          notifications.show({ message: `Budget “${name}” ${budget === null ? "made" : "changed"}` });
          onDone();
        },
        onError: (error) => errorAtField(form, error),
      },
    );
  };
  return (
    <form
      className={classes["form"]}
      aria-label={budget === null ? "New budget" : `Budget “${budget.name}”`}
      onSubmit={form.onSubmit(submit)}
    >
      <TextInput size="xs" label="Name" data-autofocus {...form.getInputProps("name")} />
      <NumberInput
        size="xs"
        label="Amount, US dollars"
        min={0}
        prefix="$"
        thousandSeparator=","
        {...form.getInputProps("amount_usd")}
      />
      <NativeSelect
        size="xs"
        label="For"
        data={(Object.keys(PERIODS) as Period[]).map((period) => ({ value: period, label: PERIODS[period].label }))}
        {...form.getInputProps("period")}
      />
      {budget === null && (
        <>
          <Autocomplete
            size="xs"
            label="Prompt"
            placeholder="All prompts"
            data={prompts}
            limit={50}
            {...form.getInputProps("prompt_id")}
          />
          <NativeSelect
            size="xs"
            label="Environment"
            data={[
              { value: "", label: "All environments" },
              ...environments.filter((value) => value !== null).map((value) => ({ value, label: value })),
            ]}
            {...form.getInputProps("environment")}
          />
        </>
      )}
      <div className={classes["wide"]}>
        <FormError error={save.error} fields={Object.keys(form.values)} />
      </div>
      <div className={`${classes["buttons"] ?? ""} ${classes["wide"] ?? ""}`}>
        <Button type="submit" size="xs" loading={save.isPending}>
          {budget === null ? "Create budget" : "Save budget"}
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

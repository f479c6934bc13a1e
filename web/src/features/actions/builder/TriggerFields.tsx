import { Checkbox, Group, MultiSelect, NativeSelect } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { Trigger } from "../../../api/actions";
import type { Budget } from "../../../api/costs";
import type { Sla } from "../../../api/slas";
import { usePromptChoices } from "../../../api/usePromptChoices";
import { useWatchRead } from "../../../api/useWatchRead";
import { SEVERITIES, SEVERITY_WORD } from "../../../ui/severityWord";
import classes from "../Actions.module.css";
import { SPEED, TRIGGERS } from "../words";
import type { PolicyValues } from "./values";

interface Named {
  id: string;
  name: string;
}

/** What sets a policy off. */
export function TriggerFields({ form }: { form: UseFormReturnType<PolicyValues> }) {
  const { trigger } = form.values;
  const rules = useWatchRead<Named[]>("/rules", {}, trigger === "alert");
  const slas = useWatchRead<Sla[]>("/slas", {}, trigger === "sla");
  const budgets = useWatchRead<Budget[]>("/costs/budgets", {}, trigger === "budget");
  const prompts = usePromptChoices();
  return (
    <>
      <NativeSelect
        size="xs"
        label="What happens"
        description={TRIGGERS[trigger].hint}
        data={Object.entries(TRIGGERS).map(([value, { label }]) => ({ value, label }))}
        {...form.getInputProps("trigger")}
        onChange={(event) => form.setFieldValue("trigger", event.currentTarget.value as Trigger["kind"])}
      />
      <div className={classes["fields"]}>
        {trigger === "alert" && (
          <>
            <Choice form={form} field="rules" label="Rules" any="Any rule" choices={rules.data ?? []} />
            <MultiSelect
              size="xs"
              label="About prompts"
              placeholder={form.values.prompts.length === 0 ? "Any prompt" : ""}
              searchable
              data={prompts}
              {...form.getInputProps("prompts")}
            />
          </>
        )}
        {trigger === "sla" && <Choice form={form} field="slas" label="SLAs" any="Any SLA" choices={slas.data ?? []} />}
        {trigger === "budget" && (
          <Choice form={form} field="budgets" label="Budgets" any="Any budget" choices={budgets.data ?? []} />
        )}
      </div>
      {trigger === "sla" ? (
        <Checkbox.Group size="xs" label="When the error budget" {...form.getInputProps("speeds")}>
          <Group gap="md" mt={4}>
            {Object.entries(SPEED).map(([value, label]) => (
              <Checkbox key={value} size="xs" value={value} label={label} />
            ))}
          </Group>
        </Checkbox.Group>
      ) : (
        <Checkbox.Group size="xs" label="Of severity" {...form.getInputProps("severities")}>
          <Group gap="md" mt={4}>
            {SEVERITIES.map((one) => (
              <Checkbox key={one} size="xs" value={one} label={SEVERITY_WORD[one]} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
    </>
  );
}

interface ChoiceProps {
  form: UseFormReturnType<PolicyValues>;
  field: "rules" | "slas" | "budgets";
  label: string;
  any: string;
  choices: readonly Named[];
}

function Choice({ form, field, label, any, choices }: ChoiceProps) {
  return (
    <MultiSelect
      size="xs"
      label={label}
      placeholder={form.values[field].length === 0 ? any : ""}
      searchable
      data={choices.map(({ id, name }) => ({ value: id, label: name }))}
      {...form.getInputProps(field)}
    />
  );
}

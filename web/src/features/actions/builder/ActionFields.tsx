import { Autocomplete, NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { usePromptNames } from "../../../api/usePromptNames";
import { useExperimentTitles } from "../../experiments/useExperimentTitles";
import classes from "../Actions.module.css";
import { ACTIONS } from "../words";
import type { PolicyValues } from "./values";

interface Props {
  form: UseFormReturnType<PolicyValues>;
  hasSecret: boolean;
}

/** What a policy does. */
export function ActionFields({ form, hasSecret }: Props) {
  const { action } = form.values;
  const { data: prompts = [] } = usePromptNames();
  const { data: experiments = [] } = useExperimentTitles();
  return (
    <>
      <NativeSelect
        size="xs"
        label="What is done"
        description={ACTIONS[action].hint}
        data={Object.entries(ACTIONS).map(([value, { label }]) => ({ value, label }))}
        {...form.getInputProps("action")}
      />
      <div className={classes["fields"]}>
        {(action === "rollback" || action === "switch_model") && (
          <>
            <Autocomplete
              size="xs"
              label="Prompt"
              placeholder="The one that the alert names"
              data={[...prompts]}
              limit={50}
              {...form.getInputProps("prompt")}
            />
            <TextInput size="xs" label="Environment" {...form.getInputProps("environment")} />
          </>
        )}
        {(action === "pause_experiment" || action === "stop_variant") && (
          <NativeSelect
            size="xs"
            label="Experiment"
            data={[
              { value: "", label: "The running one of the prompt" },
              ...experiments.map(({ id, title }) => ({ value: id, label: title })),
            ]}
            {...form.getInputProps("experiment")}
          />
        )}
        {action === "stop_variant" && (
          <TextInput
            size="xs"
            label="Variant"
            placeholder="The one that the alert names"
            {...form.getInputProps("variant")}
          />
        )}
        {action === "webhook" && (
          <>
            <TextInput
              size="xs"
              label="URL"
              placeholder="https://autoscaler.example.com/hook"
              {...form.getInputProps("url")}
            />
            <NativeSelect
              size="xs"
              label="Direction"
              data={[
                { value: "scale_up", label: "Scale up" },
                { value: "scale_down", label: "Scale down" },
              ]}
              {...form.getInputProps("direction")}
            />
            <TextInput
              size="xs"
              label="By how much"
              placeholder="The receiver decides"
              inputMode="numeric"
              {...form.getInputProps("amount")}
            />
            <PasswordInput
              size="xs"
              label="Signing secret"
              placeholder={hasSecret ? "unchanged unless you type another" : "none: not signed"}
              {...form.getInputProps("secret")}
            />
          </>
        )}
      </div>
    </>
  );
}

import { Autocomplete, NativeSelect, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useScoreNames } from "../../../api/useScoreNames";
import classes from "../Slas.module.css";
import { OBJECTIVES } from "../words";
import type { SlaValues } from "./values";

/** What counts as good: a kind, and the value that it needs. */
export function ObjectiveFields({ form }: { form: UseFormReturnType<SlaValues> }) {
  const { data: scores } = useScoreNames();
  const { kind } = form.values;
  return (
    <div className={classes["fields"]}>
      <NativeSelect
        size="xs"
        label="What is measured"
        description={OBJECTIVES[kind].hint}
        data={Object.entries(OBJECTIVES).map(([value, { label }]) => ({ value, label }))}
        {...form.getInputProps("kind")}
      />
      {kind === "downtime" && (
        <TextInput
          size="xs"
          label="A minute is down above, percent"
          description="Of its calls are not answered."
          inputMode="decimal"
          {...form.getInputProps("failing_share")}
        />
      )}
      {kind === "latency" && (
        <TextInput
          size="xs"
          label="Good is under, milliseconds"
          description="p95 under 2 s is a target of 95 % under 2000."
          inputMode="decimal"
          {...form.getInputProps("under_ms")}
        />
      )}
      {kind === "score" && (
        <>
          <Autocomplete
            size="xs"
            label="Score"
            description="As it is sent."
            placeholder="rating"
            data={scores?.score_names ?? []}
            {...form.getInputProps("score")}
          />
          <TextInput
            size="xs"
            label="Good is at least"
            description="In the score's own scale."
            inputMode="decimal"
            placeholder="4"
            {...form.getInputProps("at_least")}
          />
        </>
      )}
    </div>
  );
}

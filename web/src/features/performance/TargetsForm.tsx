import { Button, NumberInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import type { Targets } from "../../api/analysis";
import { errorAtField } from "../../ui/errorAtField";
import { FormError } from "../../ui/FormError";
import { changedNotice } from "./changedNotice";
import classes from "./Performance.module.css";
import { PERCENTILES } from "./specs";
import type { useTargets } from "./useTargets";

interface Props {
  targets: Targets;
  change: ReturnType<typeof useTargets>["change"];
  onDone: () => void;
}

/** Changes the latency targets in their place. What was typed stays until it is saved or left. */
export function TargetsForm({ targets, change, onDone }: Props) {
  const form = useForm<Record<keyof Targets, number | string>>({
    mode: "controlled",
    initialValues: { ...targets },
    validateInputOnChange: true,
    validate: Object.fromEntries(PERCENTILES.map((key) => [key, problemOf])),
  });
  const save = (values: Record<keyof Targets, number | string>) => {
    const wanted: Targets = {
      p50_latency_ms: Number(values.p50_latency_ms),
      p95_latency_ms: Number(values.p95_latency_ms),
      p99_latency_ms: Number(values.p99_latency_ms),
    };
    change.mutate(wanted, {
      onSuccess: () => {
        onDone();
        changedNotice(() =>
          change.mutate(targets, {
            onSuccess: () => notifications.show({ message: "The targets are as they were" }),
            onError: (error) => notifications.show({ color: "red", message: error.message }),
          }),
        );
      },
      onError: (error) => errorAtField(form, error),
    });
  };
  return (
    <form className={classes["targets"]} aria-label="Latency targets" onSubmit={form.onSubmit(save)}>
      {PERCENTILES.map((key) => (
        <NumberInput
          key={key}
          size="xs"
          label={`${key.slice(0, 3)} target, ms`}
          min={1}
          step={100}
          thousandSeparator=" "
          {...form.getInputProps(key)}
        />
      ))}
      <div className={classes["buttons"]}>
        <Button type="submit" size="xs" loading={change.isPending}>
          Save targets
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          Cancel
        </Button>
      </div>
      <FormError error={change.error} fields={PERCENTILES} />
    </form>
  );
}

function problemOf(value: number | string): string | null {
  return typeof value === "number" && value > 0 ? null : "Enter milliseconds above 0";
}

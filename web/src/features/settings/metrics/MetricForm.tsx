import { Button, Group, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { Link, useNavigate } from "react-router";
import type { CustomMetric } from "../../../api/dashboards";
import { useFormulaCheck } from "../../../api/useFormulaCheck";
import { useClock } from "../../../state/ClockContext";
import { useProject } from "../../../state/ProjectContext";
import { windowOf } from "../../../state/range";
import { useHref } from "../../../state/useHref";
import { errorAtField } from "../../../ui/errorAtField";
import { FormError } from "../../../ui/FormError";
import { FormulaInput } from "../../../ui/formula/FormulaInput";
import { Panel } from "../../../ui/Panel";
import classes from "../Settings.module.css";
import { MetricPreview } from "./MetricPreview";
import { useMetricWrite } from "./useMetricWrite";
import { bodyOf, DIRECTIONS, numberOf, thresholdProblem, UNITS, valuesOf, type MetricValues } from "./values";

/** A metric of the project: its formula is checked and drawn as it is typed. `stored`: the one that is changed. */
export function MetricForm({ stored }: { stored: CustomMetric | null }) {
  const href = useHref();
  const navigate = useNavigate();
  const { time_zone: zone } = useProject();
  const { now } = useClock();
  const write = useMetricWrite();
  const form = useForm<MetricValues>({
    mode: "controlled",
    initialValues: valuesOf(stored),
    validateInputOnChange: ["name"],
    validate: {
      name: (name) => (name.trim() === "" ? "Say what it measures, such as Customer satisfaction" : null),
      formula: (formula) => (formula.trim() === "" ? "Write a formula" : null),
      threshold: (_, values) => thresholdProblem(values),
    },
  });
  const { formula, unit, better, threshold, name } = form.values;
  const span = windowOf({ preset: "7d" }, now, zone);
  const check = useFormulaCheck(formula, span);
  const wrong = check.data?.problem != null;
  const submit = (values: MetricValues) =>
    write.mutate(
      stored === null
        ? { path: "", method: "POST", body: bodyOf(values) }
        : { path: `/${encodeURIComponent(stored.id)}`, method: "PATCH", body: bodyOf(values) },
      {
        onSuccess: () => {
          notifications.show({ message: `${values.name.trim()} saved` });
          void navigate(href("/settings/metrics"), { replace: true });
        },
        onError: (error) => errorAtField(form, error),
      },
    );
  return (
    <Panel title={stored === null ? "New metric" : `Edit ${stored.name}`} note={stored?.key}>
      <form className={classes["form"]} style={{ maxWidth: "none" }} noValidate onSubmit={form.onSubmit(submit)}>
        <TextInput
          label="Name"
          placeholder="Customer satisfaction"
          maxLength={100}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <FormulaInput
          label="Formula"
          value={formula}
          check={check}
          error={typeof form.errors["formula"] === "string" ? form.errors["formula"] : null}
          onChange={(text) => {
            form.setFieldValue("formula", text);
            form.clearFieldError("formula");
          }}
        />
        <div className={classes["fields"]}>
          <NativeSelect label="Unit" data={[...UNITS]} {...form.getInputProps("unit")} />
          <NativeSelect label="Direction" data={[...DIRECTIONS]} {...form.getInputProps("better")} />
          <TextInput
            label={better === "down" ? "Threshold, at most" : better === "up" ? "Threshold, at least" : "Threshold"}
            inputMode="decimal"
            placeholder="none"
            {...form.getInputProps("threshold")}
          />
        </div>
        <Textarea
          label="Description"
          autosize
          minRows={1}
          maxRows={4}
          maxLength={1000}
          {...form.getInputProps("description")}
        />
        <MetricPreview
          name={name.trim() === "" ? "The metric" : name.trim()}
          check={check}
          span={span}
          unit={unit}
          better={better}
          threshold={numberOf(threshold)}
        />
        <FormError error={write.error} fields={Object.keys(form.values)} />
        <Group>
          <Button
            type="submit"
            size="xs"
            loading={write.isPending}
            disabled={wrong || (stored !== null && !form.isDirty())}
          >
            {stored === null ? "Create metric" : "Save metric"}
          </Button>
          <Button component={Link} to={href("/settings/metrics")} replace size="xs" variant="default">
            Cancel
          </Button>
        </Group>
      </form>
    </Panel>
  );
}

import { ActionIcon, Autocomplete, NativeSelect, NumberInput, Select } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { MetricRole, ScoreNames } from "../../../api/experiments";
import { useCatalogue } from "../../../api/useCatalogue";
import { ROLE_WORD } from "../words";
import classes from "./Builder.module.css";
import type { ExperimentFormState } from "./form";
import { CALL_METRICS, OUTCOMES } from "./metricChoices";
import { DEFAULTS, type MetricKind, type MetricValues } from "./values";

interface Props {
  form: ExperimentFormState;
  place: number;
  metric: MetricValues;
  scores: ScoreNames | undefined;
  /** Not once the experiment has started. */
  mayBePrimary: boolean;
  onRemove: () => void;
}

const KINDS: readonly { value: MetricKind; label: string }[] = [
  { value: "score", label: "Score" },
  { value: "metric", label: "Call metric" },
  { value: "outcome", label: "Outcome" },
];

const ROLES: readonly MetricRole[] = ["primary", "guardrail", "secondary"];

export function MetricRow({ form, place, metric, scores, mayBePrimary, onRemove }: Props) {
  const { data: catalogue } = useCatalogue();
  const path = `metrics.${place}`;
  const number = place + 1;
  const set = <K extends keyof MetricValues>(field: K, value: MetricValues[K]) => {
    form.setFieldValue("metrics", (rows) => rows.map((row, at) => (at === place ? { ...row, [field]: value } : row)));
    form.clearFieldError(`${path}.${field}`);
  };
  const setNumber = (field: "min_effect" | "max_harm") => (value: number | string) =>
    set(field, typeof value === "number" ? value : "");
  const known = metric.kind === "metric" ? catalogue?.get(metric.name)?.better : undefined;
  const usual = known === "down" ? "down" : "up";
  const roles = mayBePrimary ? ROLES : ROLES.filter((role) => role !== "primary");
  const onlyTexts = metric.kind === "score" && isOnlyTexts(scores, metric.name.trim());
  return (
    <div className={classes["metric"]} role="group" aria-label={`Metric ${number}`}>
      <NativeSelect
        size="xs"
        label="Role"
        data={roles.map((value) => ({ value, label: ROLE_WORD[value] }))}
        value={metric.role}
        error={form.errors[`${path}.role`]}
        onChange={(event) => set("role", event.currentTarget.value as MetricRole)}
      />
      <NativeSelect
        size="xs"
        label="Kind"
        data={[...KINDS]}
        value={metric.kind}
        onChange={(event) => {
          const kind = event.currentTarget.value as MetricKind;
          form.setFieldValue("metrics", (rows) =>
            rows.map((row, at) => (at === place ? { ...row, kind, name: "", per: "value", better: "" } : row)),
          );
          form.clearFieldError(`${path}.name`);
        }}
      />
      {metric.kind === "metric" ? (
        <Select
          size="xs"
          label="Metric"
          placeholder="Choose one"
          searchable
          allowDeselect={false}
          data={CALL_METRICS.map((value) => ({ value, label: catalogue?.get(value)?.label ?? value }))}
          value={metric.name === "" ? null : metric.name}
          error={form.errors[`${path}.name`]}
          onChange={(name) => set("name", name ?? "")}
        />
      ) : (
        <Autocomplete
          size="xs"
          label={metric.kind === "score" ? "Score" : "Outcome"}
          placeholder={metric.kind === "score" ? "rating" : "success"}
          limit={50}
          data={metric.kind === "score" ? (scores?.score_names ?? []) : [...OUTCOMES]}
          value={metric.name}
          error={form.errors[`${path}.name`]}
          onChange={(name) => set("name", name)}
        />
      )}
      <NativeSelect
        size="xs"
        label="Better is"
        data={[
          { value: "", label: usual === "up" ? "more (usual)" : "less (usual)" },
          { value: "up", label: "more" },
          { value: "down", label: "less" },
        ]}
        value={metric.better}
        error={form.errors[`${path}.better`]}
        onChange={(event) => set("better", event.currentTarget.value as MetricValues["better"])}
      />
      <NumberInput
        size="xs"
        label="Worth having from"
        title="The smallest change that matters, in percent of control"
        suffix=" %"
        placeholder={`${DEFAULTS.min_effect} %`}
        hideControls
        value={metric.min_effect}
        error={form.errors[`${path}.min_effect`]}
        onChange={setNumber("min_effect")}
      />
      {metric.role === "guardrail" && (
        <NumberInput
          size="xs"
          label="Tolerated harm"
          title="How much worse it may get, in percent of control"
          suffix=" %"
          placeholder="0 %"
          hideControls
          value={metric.max_harm}
          error={form.errors[`${path}.max_harm`]}
          onChange={setNumber("max_harm")}
        />
      )}
      {metric.kind === "score" && (
        <NativeSelect
          size="xs"
          label="Counted"
          data={[
            { value: "value", label: "each value" },
            { value: "unit", label: `sum per ${form.values.unit}` },
          ]}
          value={metric.per}
          onChange={(event) => set("per", event.currentTarget.value === "unit" ? "unit" : "value")}
        />
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        className={classes["removeMetric"] ?? ""}
        onClick={onRemove}
        aria-label={`Remove metric ${number}`}
      >
        <IconTrash size={15} aria-hidden />
      </ActionIcon>
      {onlyTexts && (
        <p className={`${classes["hint"] ?? ""} ${classes["wide"] ?? ""}`}>
          “{metric.name}” has only texts so far. Texts count once they have numbers: see Settings, Scores.
        </p>
      )}
    </div>
  );
}

function isOnlyTexts(scores: ScoreNames | undefined, name: string): boolean {
  const types = scores?.types[name];
  return types !== undefined && types.length > 0 && types.every((type) => type === "string");
}

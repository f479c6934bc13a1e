import { NativeSelect, NumberInput, Switch } from "@mantine/core";
import type { WidgetKind, WidgetQuery } from "../../../api/dashboards";
import { useFields } from "../../../api/useFields";
import { PRESET_LABEL, PRESETS } from "../../../state/range";
import { FieldPicker } from "../../../ui/filter/FieldPicker";
import { FilterFields } from "../../../ui/filter/FilterFields";
import { GroupFields } from "../../../ui/filter/GroupFields";
import { KINDS } from "../kinds";
import type { Problems } from "../problems";
import { MetricFields } from "./MetricFields";
import classes from "./WidgetEditor.module.css";

interface Props {
  kind: WidgetKind;
  query: WidgetQuery;
  problems: Problems;
  onChange: (part: Partial<WidgetQuery>) => void;
}

const PAGE = "page";
const BUCKETS = [
  ["1m", "A minute"],
  ["5m", "5 minutes"],
  ["15m", "15 minutes"],
  ["1h", "An hour"],
  ["6h", "6 hours"],
  ["1d", "A day"],
  ["1w", "A week"],
  ["1mo", "A month"],
] as const;

/** What a widget asks: only the parts that its kind has. */
export function QueryForm({ kind, query, problems, onChange }: Props) {
  const { data } = useFields();
  const { metrics, groups, overTime, compares, filtered, limited, timed } = KINDS[kind];
  const fields = data?.fields ?? [];
  const bars = kind === "bar" && query.by.length > 0;
  return (
    <>
      {metrics[1] > 0 && (
        <MetricFields
          metrics={query.metrics}
          most={metrics[1]}
          error={problems.metrics}
          onChange={(next) => onChange({ metrics: next })}
        />
      )}
      {kind === "heatmap" && (
        <FieldPicker
          label="Number"
          fields={fields.filter(({ type }) => type === "number")}
          value={query.field ?? null}
          error={problems.field ?? null}
          onChange={(field) => onChange({ field })}
        />
      )}
      {groups[1] > 0 && (
        <GroupFields
          by={query.by}
          most={groups[1]}
          needed={groups[0]}
          dimensions={data?.dimensions ?? []}
          error={problems.by}
          onChange={(by) => onChange({ by })}
        />
      )}
      {filtered && (
        <FilterFields where={query.where} error={problems.where} onChange={(where) => onChange({ where })} />
      )}
      <div className={classes["pair"]}>
        {timed && (
          <NativeSelect
            size="xs"
            label="Time"
            data={[
              { value: PAGE, label: "That of the page" },
              ...PRESETS.map((value) => ({ value, label: `Always the ${PRESET_LABEL[value].toLowerCase()}` })),
            ]}
            value={query.range ?? PAGE}
            onChange={(event) => onChange({ range: PRESETS.find((one) => one === event.currentTarget.value) ?? null })}
          />
        )}
        {overTime && (
          <NativeSelect
            size="xs"
            label="One point is"
            data={[
              { value: "", label: bars ? "No time: one bar for each group" : "Chosen by the time shown" },
              ...BUCKETS.map(([value, label]) => ({ value, label })),
            ]}
            value={query.bucket ?? ""}
            onChange={(event) =>
              onChange({ bucket: event.currentTarget.value === "" ? null : event.currentTarget.value })
            }
          />
        )}
        {limited && (metrics[1] === 0 || query.by.length > 0) && (
          <NumberInput
            size="xs"
            label={metrics[1] === 0 ? "Rows at most" : "Groups at most"}
            min={1}
            max={100}
            allowDecimal={false}
            value={query.limit}
            error={problems.limit}
            onChange={(value) => onChange({ limit: Number(value) })}
          />
        )}
      </div>
      {overTime && (
        <Switch
          size="xs"
          label="Add up from the beginning of the time shown"
          checked={query.cumulative}
          error={problems.cumulative}
          onChange={(event) => onChange({ cumulative: event.currentTarget.checked })}
        />
      )}
      {compares && (
        <Switch
          size="xs"
          label="Also the period before"
          checked={query.compare}
          onChange={(event) => onChange({ compare: event.currentTarget.checked })}
        />
      )}
    </>
  );
}

import { Button, Group } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useFormulaCheck } from "../../api/useFormulaCheck";
import { isFormula } from "../../ui/metricChoices";
import { MetricPicker } from "../../ui/MetricPicker";
import classes from "./Compare.module.css";

/** One more row: a metric is taken as soon as it is chosen, a formula when it is written. */
export function AddMetric({ onAdd }: { onAdd: (metric: string) => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  const formula = draft !== null && isFormula(draft) ? draft.slice(1) : "";
  const { data, settled } = useFormulaCheck(formula);
  const add = (metric: string) => {
    setDraft(null);
    onAdd(metric);
  };
  if (draft === null) {
    return (
      <div className={classes["add"]}>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setDraft("")}
        >
          Add a metric
        </Button>
      </div>
    );
  }
  return (
    <div className={classes["add"]}>
      <MetricPicker
        label="Metric to add"
        value={draft}
        onChange={(metric) => (metric === "" || isFormula(metric) ? setDraft(metric) : add(metric))}
      />
      <Group gap="xs" mt="xs">
        {isFormula(draft) && (
          <Button
            size="xs"
            disabled={formula.trim() === "" || !settled || data?.problem !== null}
            onClick={() => add(`=${formula.trim()}`)}
          >
            Add the formula
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => setDraft(null)}>
          Cancel
        </Button>
      </Group>
    </div>
  );
}

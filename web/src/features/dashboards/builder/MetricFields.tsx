import { ActionIcon, Button } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { MetricPicker } from "../../../ui/MetricPicker";
import classes from "./WidgetEditor.module.css";

interface Props {
  metrics: readonly string[];
  most: number;
  error: string | undefined;
  onChange: (metrics: string[]) => void;
}

/** The metrics of a widget, in the order they are drawn. */
export function MetricFields({ metrics, most, error, onChange }: Props) {
  const shown = metrics.length === 0 ? [""] : metrics;
  return (
    <div className={classes["rows"]}>
      {shown.map((metric, index) => (
        <div key={index} className={classes["withRemove"]}>
          <MetricPicker
            label={most === 1 ? "Metric" : `Metric ${index + 1}`}
            value={metric}
            error={index === shown.length - 1 ? (error ?? null) : null}
            onChange={(next) => onChange(shown.map((one, at) => (at === index ? next : one)))}
          />
          {shown.length > 1 && (
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={24}
              aria-label={`Remove metric ${index + 1}`}
              onClick={() => onChange(shown.filter((_, at) => at !== index))}
            >
              <IconTrash size={15} aria-hidden />
            </ActionIcon>
          )}
        </div>
      ))}
      {shown.length < most && (
        <div>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={13} aria-hidden />}
            onClick={() => onChange([...shown, ""])}
          >
            Add metric
          </Button>
        </div>
      )}
    </div>
  );
}

import { Radio, Tooltip } from "@mantine/core";
import type { WidgetKind } from "../../../api/dashboards";
import { KIND_ICONS } from "../kindIcons";
import { KINDS } from "../kinds";
import classes from "./WidgetEditor.module.css";

interface Props {
  value: WidgetKind;
  onChange: (kind: WidgetKind) => void;
}

const ALL = Object.keys(KINDS) as WidgetKind[];

/** How a widget shows what it shows. */
export function KindPicker({ value, onChange }: Props) {
  return (
    <Radio.Group
      size="xs"
      label="Shown as"
      value={value}
      onChange={(kind) => {
        const found = ALL.find((one) => one === kind);
        if (found !== undefined) onChange(found);
      }}
    >
      <div className={classes["kinds"]}>
        {ALL.map((kind) => {
          const Icon = KIND_ICONS[kind];
          const { label, about } = KINDS[kind];
          return (
            <Tooltip key={kind} label={about} openDelay={400}>
              <Radio.Card className={classes["kind"] ?? ""} value={kind} aria-label={label}>
                <Icon size={18} stroke={1.6} aria-hidden />
                {label}
              </Radio.Card>
            </Tooltip>
          );
        })}
      </div>
    </Radio.Group>
  );
}

import type { Rule } from "../../../api/alerts";
import type { Channel } from "../../../api/channels";
import { useFields } from "../../../api/useFields";
import { useWatchRead } from "../../../api/useWatchRead";
import { minutesText } from "../../../format/duration";
import { format } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { filterText } from "../../../ui/filter/fieldChoices";
import { Panel } from "../../../ui/Panel";
import { weekdaysText } from "../../../ui/weekdays";
import classes from "../Alerts.module.css";

const ON_NO_DATA = { ok: "that is fine", keep: "stays as it is", alert: "fires, too" } as const;

/** All that a rule says, line by line. */
export function RuleFacts({ rule }: { rule: Rule }) {
  const { time_zone: zone } = useProject();
  const { data: fields } = useFields();
  const { data: channels = [] } = useWatchRead<Channel[]>("/channels");
  const labels = new Map((fields?.fields ?? []).map(({ key, label }) => [key, label]));
  const labelOf = (key: string) => labels.get(key) ?? key;
  const nameOf = (id: string) => channels.find((one) => one.id === id)?.name ?? "a channel that is gone";
  const facts: [string, string][] = [
    ["Only calls where", rule.where.map((one) => `${labelOf(one.dimension)} ${filterText(one)}`).join("; ")],
    ["Each on its own", rule.by.map(labelOf).join(", ")],
    ["Window", rule.condition.kind === "no_data" ? "" : minutesText(rule.window_minutes)],
    ["Recovery duration", rule.recovery_minutes === 0 ? "" : minutesText(rule.recovery_minutes)],
    [
      "Recovery threshold",
      rule.recovery_value == null
        ? ""
        : format(rule.recovery_value, rule.condition.kind === "threshold" ? rule.unit : "number"),
    ],
    ["Minimum samples", rule.minimum_samples === 0 ? "" : format(rule.minimum_samples, "count")],
    ["Without data", rule.condition.kind === "no_data" ? "" : ON_NO_DATA[rule.on_no_data]],
    ["Reminds every", rule.renotify_minutes == null ? "" : minutesText(rule.renotify_minutes)],
    [
      "Quiet hours",
      rule.quiet_hours.map(({ weekdays, start, end }) => `${weekdaysText(weekdays)}, ${start} to ${end}`).join("; "),
    ],
    [
      "Channels",
      rule.channels == null ? "those of the project for its severity" : rule.channels.map(nameOf).join(", "),
    ],
    ["Alert type", rule.alert_type],
    ["Changed", `${formatTime(rule.updated_at, "dateMinute", zone)} by ${rule.updated_by}`],
  ];
  return (
    <Panel title="What it says">
      <dl className={classes["facts"]}>
        {facts
          .filter(([, text]) => text !== "")
          .map(([label, text]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{text}</dd>
            </div>
          ))}
      </dl>
      {rule.runbook !== "" && (
        <div className={classes["runbook"]}>
          <h3>What to do</h3>
          <p>{rule.runbook}</p>
        </div>
      )}
    </Panel>
  );
}

import { Switch } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Rule } from "../../../api/alerts";
import { useWatchWrite } from "../../../api/useWatchWrite";

interface Props {
  rule: Rule;
  mayEdit: boolean;
  /** Beside it; without one it has a name for people who do not see the row. */
  label?: string;
}

/** Switches a rule on and off. */
export function EnabledSwitch({ rule, mayEdit, label }: Props) {
  const write = useWatchWrite<Rule>();
  const { id, name, enabled } = rule;
  const wanted = write.isPending ? !enabled : enabled;
  return (
    <Switch
      size="xs"
      checked={wanted}
      disabled={!mayEdit}
      {...(label === undefined ? { "aria-label": `${name} is on` } : { label })}
      onChange={() => {
        if (write.isPending) return;
        write.mutate(
          { path: `/rules/${id}`, method: "PATCH", body: { enabled: !enabled } },
          {
            onSuccess: () => notifications.show({ message: `“${name}” is ${enabled ? "off" : "on"}` }),
            onError: (error) =>
              notifications.show({ color: "red", title: `“${name}” was not changed`, message: error.message }),
          },
        );
      }}
    />
  );
}

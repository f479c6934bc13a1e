import { Button, Group, Switch } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Channel } from "../../../api/channels";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { formatAgo } from "../../../format/time";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import { FormError } from "../../../ui/FormError";
import { SEVERITY_WORD } from "../../../ui/severityWord";
import classes from "../Settings.module.css";
import own from "./Channels.module.css";
import { ChannelState } from "./ChannelState";
import { KINDS } from "./kinds";
import { TestButton } from "./TestButton";

interface Props {
  channel: Channel;
  now: number;
  mayEdit: boolean;
  onEdit: () => void;
}

export function ChannelRow({ channel, now, mayEdit, onEdit }: Props) {
  const change = useWatchWrite<Channel>();
  const remove = useWatchWrite<null>();
  const { id, name } = channel;
  return (
    <tr className={channel.enabled ? "" : classes["dead"]}>
      <td data-label="Name" className={own["text"]}>
        <div>
          {name}
          <div className={own["under"]}>{KINDS[channel.kind].label}</div>
        </div>
      </td>
      <td data-label="To" className={own["text"]}>
        <div>
          {channel.addresses?.join(", ") ?? channel.hint}
          <div className={own["under"]}>
            {channel.severities.length === 0
              ? "only what names it"
              : channel.severities.map((one) => SEVERITY_WORD[one].toLowerCase()).join(", ")}
          </div>
        </div>
      </td>
      <td data-label="State" className={own["text"]}>
        <div>
          <ChannelState channel={channel} />
          {channel.last_sent_at !== null && (
            <div className={own["under"]}>last sent {formatAgo(channel.last_sent_at, now)}</div>
          )}
        </div>
      </td>
      {mayEdit && (
        <td data-label="Actions">
          <Group gap={6} wrap="nowrap">
            <Switch
              size="xs"
              aria-label={`${name} is on`}
              checked={channel.enabled}
              disabled={change.isPending}
              onChange={(event) =>
                change.mutate({
                  path: `/channels/${id}`,
                  method: "PATCH",
                  body: { enabled: event.currentTarget.checked },
                })
              }
            />
            <TestButton channel={channel} />
            <Button size="compact-xs" variant="default" onClick={onEdit} aria-label={`Edit: channel “${name}”`}>
              Edit
            </Button>
            <ConfirmButton
              label="Delete"
              does={`Delete channel “${name}”`}
              consequence="Rules that name it send to the others they name. Messages that wait for it are not sent."
              pending={remove.isPending}
              error={remove.error}
              onConfirm={(done) =>
                remove.mutate(
                  { path: `/channels/${id}`, method: "DELETE" },
                  {
                    onSuccess: () => {
                      done();
                      notifications.show({ message: `Channel “${name}” deleted` });
                    },
                  },
                )
              }
            />
          </Group>
          <FormError error={change.error} fields={[]} />
        </td>
      )}
    </tr>
  );
}

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Delivery } from "../../../api/channels";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { formatAgo, formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { FormError } from "../../../ui/FormError";
import classes from "../Settings.module.css";
import own from "./Channels.module.css";

const STATE = {
  waiting: { word: "Waiting", look: "muted" },
  sent: { word: "Sent", look: "good" },
  dead: { word: "Given up", look: "bad" },
} as const;

interface Props {
  delivery: Delivery;
  now: number;
  mayEdit: boolean;
}

export function DeliveryRow({ delivery, now, mayEdit }: Props) {
  const { time_zone: zone } = useProject();
  const resend = useWatchWrite<Delivery>();
  const { word, look } = STATE[delivery.state];
  return (
    <tr>
      <td data-label="Message" className={classes["wrap"]}>
        <div>
          {delivery.title}
          <div className={own["under"]}>
            {delivery.event}, {delivery.severity}
          </div>
        </div>
      </td>
      <td data-label="Channel" className={own["text"]}>
        {delivery.channel}
      </td>
      <td data-label="State" className={classes["wrap"]}>
        <div>
          <span className={own[look]}>{word}</span>
          {delivery.attempts > 1 && <span className={own["under"]}> after {delivery.attempts} tries</span>}
          {delivery.said !== null && delivery.state !== "sent" && <div className={own["problem"]}>{delivery.said}</div>}
          {delivery.state === "waiting" && delivery.next_at !== null && delivery.attempts > 0 && (
            <div className={own["under"]}>next try at {formatTime(delivery.next_at, "second", zone)}</div>
          )}
          {mayEdit && delivery.state === "dead" && (
            <Button
              size="compact-xs"
              mt={4}
              variant="default"
              loading={resend.isPending}
              aria-label={`Send again: ${delivery.title}`}
              onClick={() =>
                resend.mutate(
                  { path: `/deliveries/${delivery.id}/resend`, method: "POST" },
                  { onSuccess: () => notifications.show({ message: "The message waits to be sent again" }) },
                )
              }
            >
              Send again
            </Button>
          )}
          <FormError error={resend.error} fields={[]} />
        </div>
      </td>
      <td data-label="When" title={formatTime(delivery.created_at, "dateSecond", zone)}>
        {formatAgo(delivery.created_at, now)}
      </td>
    </tr>
  );
}

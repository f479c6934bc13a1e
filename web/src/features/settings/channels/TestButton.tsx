import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Channel, Tested } from "../../../api/channels";
import { useWatchWrite } from "../../../api/useWatchWrite";

/** Sends a test message now, and says how the receiver took it. */
export function TestButton({ channel }: { channel: Channel }) {
  const test = useWatchWrite<Tested>();
  const { name } = channel;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={test.isPending}
      aria-label={`Send test: channel “${name}”`}
      onClick={() =>
        test.mutate(
          { path: `/channels/${channel.id}/test`, method: "POST" },
          {
            onSuccess: ({ ok, said }) =>
              notifications.show({
                title: ok ? `A test message arrived at “${name}”` : `“${name}” did not take the test message`,
                message: said,
                color: ok ? "teal" : "red",
                autoClose: ok ? 5000 : false,
              }),
            onError: (error) =>
              notifications.show({
                title: `“${name}” could not be tested`,
                message: error.message,
                color: "red",
                autoClose: false,
              }),
          },
        )
      }
    >
      Send test
    </Button>
  );
}

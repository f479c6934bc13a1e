import { Button, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { Report, ReportRun } from "../../api/reports";
import { useWatchWrite } from "../../api/useWatchWrite";
import { useHref } from "../../state/useHref";
import { FormError } from "../../ui/FormError";
import { Panel } from "../../ui/Panel";
import classes from "./Reports.module.css";

/** Sends the report now: to one address as a test, or to everyone. */
export function SendPanel({ report }: { report: Report }) {
  const href = useHref();
  const navigate = useNavigate();
  const [address, setAddress] = useState("");
  const send = useWatchWrite<ReportRun>();
  const go = (to: string[] | null) =>
    send.mutate(
      { path: `/reports/${report.id}/runs`, method: "POST", body: { to } },
      {
        onSuccess: (run) => {
          notifications.show({
            message: to === null ? "The report is on its way" : `A test is on its way to ${to.join(", ")}`,
          });
          void navigate(href(`/reports/${report.id}/runs/${run.id}`));
        },
      },
    );
  const everyone = report.addresses.length + report.channels.length;
  return (
    <Panel title="Send now">
      <form
        className={classes["form"]}
        aria-label="Send now"
        onSubmit={(event) => {
          event.preventDefault();
          go([address.trim()]);
        }}
      >
        <div className={classes["buttons"]}>
          <TextInput
            size="xs"
            type="email"
            label="Test to"
            placeholder="name@example.com"
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <Button type="submit" size="xs" variant="default" loading={send.isPending} disabled={address.trim() === ""}>
            Send test
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={send.isPending}
            disabled={everyone === 0}
            onClick={() => go(null)}
          >
            {everyone === 1 ? "Send to the recipient" : `Send to all ${everyone} recipients`}
          </Button>
        </div>
        <FormError error={send.error} fields={[]} />
      </form>
    </Panel>
  );
}

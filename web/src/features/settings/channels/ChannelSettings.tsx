import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { Channel } from "../../../api/channels";
import { useWatchRead } from "../../../api/useWatchRead";
import { useProject } from "../../../state/ProjectContext";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { Table } from "../../../ui/Table";
import classes from "../Settings.module.css";
import { ChannelDialog } from "./ChannelDialog";
import { ChannelRow } from "./ChannelRow";
import { DeliveriesPanel } from "./DeliveriesPanel";

/** Where alerts go, and what became of the messages. */
export function ChannelSettings() {
  const { role } = useProject();
  const mayEdit = role !== "viewer";
  const channels = useWatchRead<Channel[]>("/channels");
  /** Id of the one that is being changed, "" a new one. */
  const [editing, setEditing] = useState<string | null>(null);
  const edited = channels.data?.find(({ id }) => id === editing) ?? null;
  return (
    <>
      <Panel
        title="Channels"
        actions={
          mayEdit && (
            <Button size="compact-xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setEditing("")}>
              New channel
            </Button>
          )
        }
      >
        <p className={classes["lead"]}>
          Alerts go to the channels of their severity, unless a rule names its own. Everybody in the project also sees
          them here, behind the bell.
        </p>
        <RowsState
          what="The channels"
          rows={channels.data}
          error={channels.error}
          onRetry={() => void channels.refetch()}
          empty={
            <Empty title="No channels yet">
              Add one for mail, Slack, PagerDuty, a webhook or another service, and send it a test message.
            </Empty>
          }
        >
          <Table label="Channels" className={`${classes["table"] ?? ""} ${classes["cards"] ?? ""}`}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">To, and what</th>
                <th scope="col">State</th>
                {mayEdit && <th scope="col">Actions</th>}
              </tr>
            </thead>
            <tbody>
              {channels.data?.map((channel) => (
                <ChannelRow
                  key={channel.id}
                  channel={channel}
                  now={channels.dataUpdatedAt}
                  mayEdit={mayEdit}
                  onEdit={() => setEditing(channel.id)}
                />
              ))}
            </tbody>
          </Table>
        </RowsState>
        {editing !== null && <ChannelDialog key={editing} channel={edited} onClose={() => setEditing(null)} />}
      </Panel>
      <DeliveriesPanel channels={channels.data ?? []} mayEdit={mayEdit} />
    </>
  );
}

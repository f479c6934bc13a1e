import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import type { Channel, Delivery } from "../../../api/channels";
import { useWatchRead } from "../../../api/useWatchRead";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { Table } from "../../../ui/Table";
import classes from "../Settings.module.css";
import own from "./Channels.module.css";
import { DeliveryRow } from "./DeliveryRow";

const STATES = [
  { value: "", label: "All messages" },
  { value: "waiting", label: "Waiting" },
  { value: "sent", label: "Sent" },
  { value: "dead", label: "Given up" },
];

interface Props {
  channels: readonly Channel[];
  mayEdit: boolean;
}

const NEWEST = 50;

/** The newest messages to channels, and what became of them. */
export function DeliveriesPanel({ channels, mayEdit }: Props) {
  const [state, setState] = useState("");
  const [channel, setChannel] = useState("");
  const list = useWatchRead<Delivery[]>("/deliveries", {
    limit: NEWEST,
    state: state === "" ? null : state,
    channel_id: channel === "" ? null : channel,
  });
  return (
    <Panel title="Messages" note={list.data?.length === NEWEST ? `the newest ${NEWEST}` : undefined}>
      <div className={own["tools"]} role="group" aria-label="Filters">
        <NativeSelect
          size="xs"
          aria-label="State"
          data={STATES}
          value={state}
          onChange={(event) => setState(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          aria-label="Channel"
          data={[{ value: "", label: "All channels" }, ...channels.map(({ id, name }) => ({ value: id, label: name }))]}
          value={channel}
          onChange={(event) => setChannel(event.currentTarget.value)}
        />
      </div>
      <RowsState
        what="The messages"
        rows={list.data}
        error={list.error}
        onRetry={() => void list.refetch()}
        empty={
          state === "" && channel === "" ? (
            <Empty title="No messages yet">
              Alerts, reminders and their ends appear here, with what the receiver said.
            </Empty>
          ) : (
            <Empty title="No message like that" />
          )
        }
      >
        <Table label="Messages" className={`${classes["table"] ?? ""} ${classes["cards"] ?? ""}`}>
          <thead>
            <tr>
              <th scope="col">Message</th>
              <th scope="col">Channel</th>
              <th scope="col">State</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {list.data?.map((delivery) => (
              <DeliveryRow key={delivery.id} delivery={delivery} now={list.dataUpdatedAt} mayEdit={mayEdit} />
            ))}
          </tbody>
        </Table>
      </RowsState>
    </Panel>
  );
}

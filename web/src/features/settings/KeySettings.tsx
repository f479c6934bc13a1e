import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import type { ApiKey } from "../../api/types";
import { useStatus } from "../../api/useStatus";
import { format } from "../../format/number";
import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import { KeyRow } from "./KeyRow";
import { NewKey } from "./NewKey";
import classes from "./Settings.module.css";
import { useSettingsList } from "./useSettingsList";

export function KeySettings() {
  const { id } = useProject();
  const keys = useSettingsList<ApiKey>("keys", "/keys", { project: id });
  const rate = useStatus().data?.rate_limit;
  const [creating, dialog] = useDisclosure(false);
  return (
    <Panel
      title="API keys"
      actions={
        <Button size="compact-xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={dialog.open}>
          New key
        </Button>
      }
    >
      <p className={classes["lead"]}>
        Programs send calls and read metrics with a key. A key works for this project only.
        {rate &&
          ` Each may make ${format(rate.limit, "count")} requests a minute; the busiest made ${format(rate.used, "count")} in this one.`}
      </p>
      <RowsState
        what="The keys"
        rows={keys.data}
        error={keys.error}
        onRetry={() => void keys.refetch()}
        empty={<Empty title="No keys yet">Make one to send calls.</Empty>}
      >
        <Table label="API keys" className={`${classes["table"]} ${classes["cards"]}`}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Begins with</th>
              <th scope="col">May</th>
              <th scope="col">Created</th>
              <th scope="col">Last used</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {keys.data?.map((key) => (
              <KeyRow key={key.id} apiKey={key} at={keys.dataUpdatedAt} />
            ))}
          </tbody>
        </Table>
      </RowsState>
      <NewKey opened={creating} onClose={dialog.close} />
    </Panel>
  );
}

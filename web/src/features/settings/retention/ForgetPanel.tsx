import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "../../../api/ApiContext";
import { settings } from "../../../api/keys";
import type { ForgetRequest } from "../../../api/types";
import { useProject } from "../../../state/ProjectContext";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { Table } from "../../../ui/Table";
import classes from "../Settings.module.css";
import { useSettingsChange } from "../useSettingsChange";
import { ForgetRow } from "./ForgetRow";

const LOOK_AGAIN_MS = 2000;

/** Deletes the data of a user, and shows what became of earlier requests. */
export function ForgetPanel() {
  const api = useApi();
  const { id } = useProject();
  const [user, setUser] = useState("");
  const ask = useSettingsChange<ForgetRequest>("forget");
  const requests = useQuery<ForgetRequest[]>({
    queryKey: settings(id, "forget"),
    queryFn: async ({ signal }) =>
      (await api<ForgetRequest[]>("/retention/forget", { params: { project: id }, signal })).data,
    refetchInterval: ({ state }) => (state.data?.some(({ status }) => status !== "done") ? LOOK_AGAIN_MS : false),
  });
  const named = user.trim();
  return (
    <Panel title="Delete the data of a user">
      <div className={classes["form"]}>
        <TextInput
          label="User id"
          description="As calls carry it. Deleted are calls, texts, scores, events, assignments and alerts about the user that arrived up to now; all totals are computed anew."
          maxLength={256}
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
        {named !== "" && (
          <div>
            <ConfirmButton
              size="xs"
              label="Delete all data"
              does={`Delete all data of “${named}”`}
              consequence="This cannot be undone. What this user does from now on is stored again."
              pending={ask.isPending}
              error={ask.error}
              onConfirm={(done) =>
                ask.mutate(
                  { path: "/retention/forget", method: "POST", params: { project: id }, body: { user_id: named } },
                  {
                    onSuccess: () => {
                      done();
                      setUser("");
                    },
                  },
                )
              }
            />
          </div>
        )}
      </div>
      <RowsState
        what="The requests"
        rows={requests.data}
        error={requests.error}
        onRetry={() => void requests.refetch()}
        empty={<Empty title="No data of a user has been deleted" />}
      >
        <Table label="Requests to delete the data of a user" className={`${classes["table"]} ${classes["cards"]}`}>
          <thead>
            <tr>
              <th scope="col">Asked</th>
              <th scope="col">By</th>
              <th scope="col">User (hash)</th>
              <th scope="col">State</th>
              <th scope="col">Rows deleted</th>
            </tr>
          </thead>
          <tbody>
            {requests.data?.map((request) => (
              <ForgetRow key={request.id} request={request} />
            ))}
          </tbody>
        </Table>
      </RowsState>
    </Panel>
  );
}

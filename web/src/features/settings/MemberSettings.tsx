import type { Member } from "../../api/types";
import { useSession } from "../../api/useSession";
import { useProject } from "../../state/ProjectContext";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import { RowsState } from "../../ui/RowsState";
import { Table } from "../../ui/Table";
import { MemberRow } from "./MemberRow";
import { NewMemberForm } from "./NewMemberForm";
import classes from "./Settings.module.css";
import { useSettingsList } from "./useSettingsList";

export function MemberSettings() {
  const { id } = useProject();
  const { data: session } = useSession();
  const members = useSettingsList<Member>("members", `/projects/${id}/members`);
  return (
    <>
      <Panel title="Members">
        <RowsState
          what="The members"
          rows={members.data}
          error={members.error}
          onRetry={() => void members.refetch()}
          empty={<Empty title="No members yet">Add a colleague by email.</Empty>}
        >
          <Table label="Members" className={`${classes["table"]} ${classes["cards"]}`}>
            <thead>
              <tr>
                <th scope="col">Person</th>
                <th scope="col">Role</th>
                <th scope="col">Added</th>
                <th scope="col">Membership</th>
              </tr>
            </thead>
            <tbody>
              {members.data?.map((member) => (
                <MemberRow key={member.user_id} member={member} isSelf={member.user_id === session?.user.id} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
      <NewMemberForm />
    </>
  );
}

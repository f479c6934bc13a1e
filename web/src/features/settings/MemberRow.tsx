import { NativeSelect } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Member } from "../../api/types";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { ROLES } from "./scopes";
import classes from "./Settings.module.css";
import { useSettingsChange } from "./useSettingsChange";

interface Props {
  member: Member;
  isSelf: boolean;
}

export function MemberRow({ member, isSelf }: Props) {
  const project = useProject();
  const change = useSettingsChange<unknown>("members");
  const remove = useSettingsChange<unknown>("members");
  const path = `/projects/${project.id}/members/${member.user_id}`;
  const setRole = (role: string) =>
    change.mutate(
      { path, method: "PATCH", body: { role } },
      { onError: (error) => notifications.show({ color: "red", message: error.message }) },
    );
  return (
    <tr>
      <td data-label="Person">
        {member.email}
        {isSelf && <span className={classes["muted"]}> (you)</span>}
      </td>
      <td data-label="Role">
        <NativeSelect
          size="xs"
          miw={104}
          aria-label={`Role of ${member.email}`}
          value={member.role}
          disabled={change.isPending}
          data={Object.entries(ROLES).map(([value, label]) => ({ value, label }))}
          onChange={(event) => setRole(event.currentTarget.value)}
        />
      </td>
      <td data-label="Added">{formatTime(member.added_at, "date", project.time_zone)}</td>
      <td data-label="Membership">
        <ConfirmButton
          label={isSelf ? "Leave" : "Remove"}
          does={isSelf ? `Leave ${project.name}` : `Remove ${member.email}`}
          consequence={
            isSelf
              ? "You no longer see this project. Another admin can add you again."
              : `They no longer see ${project.name}. You can add them again.`
          }
          pending={remove.isPending}
          error={remove.error}
          onConfirm={(done) => remove.mutate({ path, method: "DELETE" }, { onSuccess: done })}
        />
      </td>
    </tr>
  );
}

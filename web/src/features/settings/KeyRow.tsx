import type { ApiKey } from "../../api/types";
import { formatAgo, formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { SCOPES } from "./scopes";
import classes from "./Settings.module.css";
import { useSettingsChange } from "./useSettingsChange";

interface Props {
  apiKey: ApiKey;
  /** Epoch milliseconds at which the list was asked. */
  at: number;
}

export function KeyRow({ apiKey, at }: Props) {
  const { time_zone: zone } = useProject();
  const revoke = useSettingsChange<unknown>("keys");
  const revoked = apiKey.revoked_at !== null;
  return (
    <tr className={revoked ? classes["dead"] : undefined}>
      <td data-label="Name">{apiKey.name}</td>
      <td data-label="Begins with" className={classes["code"]}>
        {apiKey.prefix}…
      </td>
      <td data-label="May" className={classes["wrap"]}>
        {apiKey.scopes.map((scope) => SCOPES[scope].label).join(", ")}
      </td>
      <td data-label="Created">
        {formatTime(apiKey.created_at, "date", zone)}
        <div className={classes["under"]}>by {apiKey.created_by}</div>
      </td>
      <td data-label="Last used">{formatAgo(apiKey.last_used_at, at)}</td>
      <td data-label="State">
        {revoked ? (
          `Revoked ${formatTime(apiKey.revoked_at, "date", zone)}`
        ) : (
          <ConfirmButton
            label="Revoke"
            does={`Revoke key “${apiKey.name}”`}
            consequence={`Programs that use ${apiKey.prefix}… are refused from now on. This cannot be undone.`}
            pending={revoke.isPending}
            error={revoke.error}
            onConfirm={(done) => revoke.mutate({ path: `/keys/${apiKey.id}`, method: "DELETE" }, { onSuccess: done })}
          />
        )}
      </td>
    </tr>
  );
}

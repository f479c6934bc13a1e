import { IconEye, IconPlayerPause, IconRobot } from "@tabler/icons-react";
import type { Policy } from "../../api/actions";
import classes from "./Actions.module.css";

/** Whether a policy acts, only says what it would do, or is off. */
export function PolicyState({ policy }: { policy: Pick<Policy, "enabled" | "dry_run"> }) {
  if (!policy.enabled) {
    return (
      <span className={classes["unknown"]}>
        <IconPlayerPause size={14} aria-hidden /> Off
      </span>
    );
  }
  return policy.dry_run ? (
    <span className={classes["unknown"]}>
      <IconEye size={14} aria-hidden /> Dry run
    </span>
  ) : (
    <span className={classes["warning"]}>
      <IconRobot size={14} aria-hidden /> Acts by itself
    </span>
  );
}

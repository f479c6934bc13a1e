import { IconEye, IconPlayerPause, IconRobot } from "@tabler/icons-react";
import type { Policy } from "../../api/actions";
import { Mark } from "../../ui/Mark";

/** Whether a policy acts, only says what it would do, or is off. */
export function PolicyState({ policy }: { policy: Pick<Policy, "enabled" | "dry_run"> }) {
  if (!policy.enabled) {
    return (
      <Mark tone="info" icon={IconPlayerPause}>
        Off
      </Mark>
    );
  }
  return policy.dry_run ? (
    <Mark tone="info" icon={IconEye}>
      Dry run
    </Mark>
  ) : (
    <Mark tone="warning" icon={IconRobot}>
      Acts by itself
    </Mark>
  );
}

import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import { Mark } from "../../../ui/Mark";

/** Whether a target was met; null: nobody can tell. */
export function Met({ met }: { met: boolean | null }) {
  if (met === null) {
    return (
      <Mark tone="info" icon={IconMinus}>
        No calls
      </Mark>
    );
  }
  return met ? (
    <Mark tone="healthy" icon={IconCheck}>
      Met
    </Mark>
  ) : (
    <Mark tone="critical" icon={IconX}>
      Missed
    </Mark>
  );
}

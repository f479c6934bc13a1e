import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { CallStatus } from "../api/types";
import { Mark } from "./Mark";

/** How a call ended; an error says its type. */
export function CallStatusMark({ status, errorType }: { status: CallStatus; errorType: string | null }) {
  return status === "success" ? (
    <Mark tone="healthy" icon={IconCircleCheck}>
      Success
    </Mark>
  ) : (
    <Mark tone="critical" icon={IconCircleX}>
      {errorType === null ? "Error" : errorTypeName(errorType)}
    </Mark>
  );
}

function errorTypeName(type: string): string {
  const words = type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

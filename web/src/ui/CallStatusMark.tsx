import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { CallStatus } from "../api/types";
import classes from "./StatusMark.module.css";

/** How a call ended; an error says its type. */
export function CallStatusMark({ status, errorType }: { status: CallStatus; errorType: string | null }) {
  if (status === "success") {
    return (
      <span className={classes["healthy"]}>
        <IconCircleCheck size={14} aria-hidden /> Success
      </span>
    );
  }
  return (
    <span className={classes["critical"]}>
      <IconCircleX size={14} aria-hidden /> {errorType === null ? "Error" : errorTypeName(errorType)}
    </span>
  );
}

function errorTypeName(type: string): string {
  const words = type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

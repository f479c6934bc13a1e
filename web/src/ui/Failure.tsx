import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiError } from "../api/client";
import classes from "./Note.module.css";

interface Props {
  /** What could not be done: "The calls could not be loaded". */
  what: string;
  error: unknown;
  onRetry?: () => void;
  /** What the button does where it is not the same once more. */
  retry?: string;
}

/** What failed, why, and a way to try again. */
export function Failure({ what, error, onRetry, retry = "Try again" }: Props) {
  return (
    <div className={classes["note"]} role="alert">
      <IconAlertTriangle size={20} className={classes["critical"]} aria-hidden />
      <strong>{what}</strong>
      <span className={classes["text"]}>{messageOf(error)}</span>
      {onRetry !== undefined && (
        <Button size="xs" variant="default" onClick={onRetry}>
          {retry}
        </Button>
      )}
    </div>
  );
}

function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return error instanceof Error ? error.message : "Something unforeseen happened.";
}

import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { Failure } from "./Failure";

interface Props {
  /** What is listed: "The keys". */
  what: string;
  rows: readonly unknown[] | undefined;
  error: Error | null;
  onRetry: () => void;
  empty: ReactNode;
  children: ReactNode;
}

/** A list in whichever state it is: loading, failed, empty or there. */
export function RowsState({ what, rows, error, onRetry, empty, children }: Props) {
  if (rows === undefined && error !== null) {
    return <Failure what={`${what} could not be loaded`} error={error} onRetry={onRetry} />;
  }
  if (rows === undefined) return <Skeleton height={120} m="sm" w="auto" />;
  return rows.length === 0 ? empty : children;
}

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isPartLoading } from "./loadingParts";

/** Nothing is asked for so long: what came first has been answered, and what followed from it was asked. */
const QUIET_MS = 50;
/** A turn comes at the latest after this long: one answer that hangs must not hold back all others. */
const LATEST_MS = 3000;

/** Whether what a page asks first has been answered. Heavy questions, and those of what is not in sight, wait for it. */
export function useTurn(): boolean {
  const queries = useQueryClient();
  const [turn, setTurn] = useState(false);
  useEffect(() => {
    if (turn) return;
    let quiet: number | null = null;
    const begin = () => setTurn(true);
    const wait = () => {
      quiet = window.setTimeout(() => (isPartLoading() ? wait() : begin()), QUIET_MS);
    };
    const look = () => {
      if (queries.isFetching() === 0) {
        if (quiet === null) wait();
      } else if (quiet !== null) {
        window.clearTimeout(quiet);
        quiet = null;
      }
    };
    const stop = queries.getQueryCache().subscribe(look);
    const latest = window.setTimeout(begin, LATEST_MS);
    look();
    return () => {
      stop();
      window.clearTimeout(latest);
      if (quiet !== null) window.clearTimeout(quiet);
    };
  }, [queries, turn]);
  return turn;
}

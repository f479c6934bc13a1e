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
    let frame: number | null = null;
    const begin = () => setTurn(true);
    // what was answered is painted first: the next questions keep the processor busy that paints it
    const paint = () => {
      frame = requestAnimationFrame(() => {
        quiet = window.setTimeout(begin);
      });
    };
    const wait = () => {
      quiet = window.setTimeout(() => (isPartLoading() ? wait() : paint()), QUIET_MS);
    };
    const leave = () => {
      if (quiet !== null) window.clearTimeout(quiet);
      if (frame !== null) cancelAnimationFrame(frame);
      quiet = frame = null;
    };
    const look = () => {
      if (queries.isFetching() === 0) {
        if (quiet === null) wait();
      } else leave();
    };
    const stop = queries.getQueryCache().subscribe(look);
    const latest = window.setTimeout(begin, LATEST_MS);
    look();
    return () => {
      stop();
      window.clearTimeout(latest);
      leave();
    };
  }, [queries, turn]);
  return turn;
}

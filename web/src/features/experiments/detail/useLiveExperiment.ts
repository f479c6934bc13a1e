import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import { experiment } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";
import { useLiveEvents } from "../../../state/useLiveEvents";

const KINDS = ["events", "scores", "calls"] as const;
/** The feed follows closely; working out results costs the server more. */
const FEED_MS = 1500;
const FOUND_MS = 8000;
/** For proxies that hold pushed events back. */
const POLL_MS = 60_000;

/** Shows what arrives in an experiment as it arrives, while `on`. */
export function useLiveExperiment(id: string, on: boolean): void {
  const queries = useQueryClient();
  const project = useProject().id;
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());

  const refetch = (part: string) => {
    if (document.visibilityState !== "visible") return;
    void queries.invalidateQueries({ queryKey: [...experiment(project, id), part] });
  };
  /** Once for all that comes within `wait`. */
  const soon = (part: string, wait: number) => {
    if (timers.current.has(part)) return;
    timers.current.set(
      part,
      setTimeout(() => {
        timers.current.delete(part);
        refetch(part);
      }, wait),
    );
  };
  useLiveEvents(project, on, KINDS, (kind) => {
    if (kind !== "calls") soon("feed", FEED_MS);
    soon("found", FOUND_MS);
    soon("itself", FOUND_MS);
  });
  const poll = useEffectEvent(() => ["feed", "found", "itself"].forEach(refetch));
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => poll(), POLL_MS);
    return () => clearInterval(timer);
  }, [on]);
  useEffect(() => {
    const waiting = timers.current;
    return () => {
      waiting.forEach((timer) => clearTimeout(timer));
      waiting.clear();
    };
  }, [id]);
}

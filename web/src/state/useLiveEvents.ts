import { useEffect, useEffectEvent } from "react";
import { apiUrl } from "../api/client";

/** What the server says has arrived. */
export type LiveEvent = "calls" | "scores" | "events" | "notifications";

/** Runs `onEvent` whenever the server says that something of `kinds` has arrived, while `on`. */
export function useLiveEvents(
  project: string,
  on: boolean,
  kinds: readonly LiveEvent[],
  onEvent: (kind: LiveEvent) => void,
): void {
  const arrived = useEffectEvent(onEvent);
  const names = kinds.join(" ");
  useEffect(() => {
    if (!on) return;
    const source = new EventSource(apiUrl("/live", { project }));
    for (const kind of names.split(" ") as LiveEvent[]) source.addEventListener(kind, () => arrived(kind));
    return () => {
      source.close();
    };
  }, [project, on, names]);
}

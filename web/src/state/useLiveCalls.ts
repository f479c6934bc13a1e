import { useEffect, useEffectEvent } from "react";
import { apiUrl } from "../api/client";

/** Runs `onCalls` whenever the server says that calls have arrived, while `on`. */
export function useLiveCalls(project: string, on: boolean, onCalls: () => void): void {
  const arrived = useEffectEvent(onCalls);
  useEffect(() => {
    if (!on) return;
    const events = new EventSource(apiUrl("/live", { project }));
    const listener = () => {
      arrived();
    };
    events.addEventListener("calls", listener);
    return () => {
      events.removeEventListener("calls", listener);
      events.close();
    };
  }, [project, on]);
}

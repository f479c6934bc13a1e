import { useEffect, useEffectEvent, useState } from "react";
import { useClock } from "./ClockContext";
import { useLiveEvents } from "./useLiveEvents";
import { useProject } from "./ProjectContext";

const EVERY_S = 30;
const KINDS = ["calls", "scores"] as const;
/** What is pushed refreshes the page when the clock shows a multiple of this: all who watch ask at once, and are answered at once. */
const PUSH_EVERY_S = 5;

/** Refreshes the page every 30 s and when calls or scores are pushed, while `on`. Answers the seconds until the next refresh. */
export function useLive(on: boolean): number {
  const { id } = useProject();
  const { refresh } = useClock();
  const [left, setLeft] = useState(EVERY_S);
  const [pushed, setPushed] = useState(false);
  const [slot, setSlot] = useState(() => slotOf(Date.now()));

  const again = () => {
    setLeft(EVERY_S);
    setPushed(false);
    if (document.visibilityState === "visible") refresh();
  };
  const tick = useEffectEvent(() => {
    const next = left - 1;
    const now = slotOf(Date.now());
    if (next <= 0 || (pushed && now !== slot)) again();
    else setLeft(next);
    setSlot(now);
  });

  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => tick(), 1000);
    return () => clearInterval(timer);
  }, [on]);
  useLiveEvents(id, on, KINDS, () => setPushed(true));
  return left;
}

function slotOf(now: number): number {
  return Math.floor(now / 1000 / PUSH_EVERY_S);
}

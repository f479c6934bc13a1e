import { useEffect, useEffectEvent, useState } from "react";
import { useClock } from "./ClockContext";
import { useLiveCalls } from "./useLiveCalls";
import { useProject } from "./ProjectContext";

const EVERY_S = 30;
/** Pushed calls refresh the page at most this often; those that come sooner wait until then. */
const PUSH_EVERY_S = 5;

/** Refreshes the page every 30 s and when calls are pushed, while `on`. Answers the seconds until the next refresh. */
export function useLive(on: boolean): number {
  const { id } = useProject();
  const { refresh } = useClock();
  const [left, setLeft] = useState(EVERY_S);
  const [pushed, setPushed] = useState(false);

  const again = () => {
    setLeft(EVERY_S);
    setPushed(false);
    if (document.visibilityState === "visible") refresh();
  };
  const tick = useEffectEvent(() => {
    const next = left - 1;
    if (next <= 0 || (pushed && next <= EVERY_S - PUSH_EVERY_S)) again();
    else setLeft(next);
  });

  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => tick(), 1000);
    return () => clearInterval(timer);
  }, [on]);
  useLiveCalls(id, on, () => {
    if (left <= EVERY_S - PUSH_EVERY_S) again();
    else setPushed(true);
  });
  return left;
}

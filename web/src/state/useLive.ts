import { useEffect, useEffectEvent, useState } from "react";
import { useClock } from "./ClockContext";
import { useLiveCalls } from "./useLiveCalls";
import { useProject } from "./ProjectContext";

const EVERY_S = 30;
/** Pushed calls refresh the page at most this often. */
const PUSH_EVERY_S = 5;

/** Refreshes the page every 30 s and when calls are pushed, while `on`. Answers the seconds until the next refresh. */
export function useLive(on: boolean): number {
  const { id } = useProject();
  const { refresh } = useClock();
  const [left, setLeft] = useState(EVERY_S);

  const again = () => {
    setLeft(EVERY_S);
    if (document.visibilityState === "visible") refresh();
  };
  const tick = useEffectEvent(() => {
    if (left <= 1) again();
    else setLeft(left - 1);
  });

  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => tick(), 1000);
    return () => clearInterval(timer);
  }, [on]);
  useLiveCalls(id, on, () => {
    if (left <= EVERY_S - PUSH_EVERY_S) again();
  });
  return left;
}

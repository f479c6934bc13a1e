import { createContext, useContext } from "react";

export interface Clock {
  /** Epoch milliseconds at which the page last asked; ranges such as "Last hour" end here. */
  now: number;
  /** Ask everything about traffic again, as of now. */
  refresh: () => void;
}

export const ClockContext = createContext<Clock | null>(null);

export function useClock(): Clock {
  const clock = useContext(ClockContext);
  if (clock === null) throw new Error("useClock outside ClockContext");
  return clock;
}

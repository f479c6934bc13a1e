import { useClock } from "./ClockContext";
import { useProject } from "./ProjectContext";
import { windowOf, type Window } from "./range";
import { useView } from "./useView";

/** The time range of the page as it is asked now. */
export function useWindow(): Window {
  const { view } = useView();
  const { now } = useClock();
  return windowOf(view.range, now, useProject().time_zone);
}

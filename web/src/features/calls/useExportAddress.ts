import { useSearchParams } from "react-router";
import { apiUrl } from "../../api/client";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { useView } from "../../state/useView";
import { windowOf } from "../../state/range";
import { filterParams } from "./filters";

/** Address of the file with every call of the view, in a format. */
export function useExportAddress(prompt: string | null | undefined): (format: string) => string {
  const { id, time_zone: timeZone } = useProject();
  const { view } = useView();
  const { now } = useClock();
  const [search] = useSearchParams();
  const { start, end } = windowOf(view.range, now, timeZone);
  const params = {
    project: id,
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    ...filterParams(search),
    environment: view.environment,
    prompt_id: prompt === undefined ? undefined : (prompt ?? ""),
  };
  return (format) => apiUrl("/calls", { ...params, format });
}

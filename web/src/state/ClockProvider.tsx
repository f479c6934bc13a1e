import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { traffic } from "../api/keys";
import { ClockContext } from "./ClockContext";
import { useProject } from "./ProjectContext";

export function ClockProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  const queries = useQueryClient();
  const { id } = useProject();
  const refresh = useCallback(() => {
    setNow(Date.now());
    void queries.invalidateQueries({ queryKey: traffic(id) });
  }, [queries, id]);
  const clock = useMemo(() => ({ now, refresh }), [now, refresh]);
  return <ClockContext value={clock}>{children}</ClockContext>;
}

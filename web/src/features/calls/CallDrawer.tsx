import { Drawer, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { useNavigate, useOutletContext, useParams, useSearchParams } from "react-router";
import { useApi } from "../../api/ApiContext";
import type { CallDetail as Detail } from "../../api/types";
import { useProject } from "../../state/ProjectContext";
import { Failure } from "../../ui/Failure";
import { CallDetail } from "./CallDetail";
import { callPath } from "./callPath";

/** One call over the list, with an address of its own. J and K go to the next and the previous. */
export function CallDrawer() {
  const { id = "" } = useParams();
  const api = useApi();
  const { id: project } = useProject();
  const ids = useOutletContext<string[]>();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const call = useQuery({
    queryKey: ["project", project, "call", id],
    queryFn: async ({ signal }) =>
      (await api<Detail>(`/calls/${encodeURIComponent(id)}`, { params: { project }, signal })).data,
  });
  const close = () => void navigate({ pathname: "/calls", search: search.toString() });

  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
    const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
    const next = step === 0 ? undefined : ids[ids.indexOf(id) + step];
    if (next !== undefined) void navigate(callPath(next, search), { replace: true });
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);

  return (
    <Drawer opened onClose={close} position="right" size={720} title="Call">
      {call.error !== null && (
        <Failure what="The call could not be loaded" error={call.error} onRetry={() => void call.refetch()} />
      )}
      {call.isPending && <Skeleton height={400} />}
      {call.data !== undefined && <CallDetail call={call.data} />}
    </Drawer>
  );
}

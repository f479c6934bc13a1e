import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import type { Sla } from "../../../api/slas";
import { useWatchRead } from "../../../api/useWatchRead";
import { useProject } from "../../../state/ProjectContext";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { SlaForm } from "./SlaForm";

/** Defines an objective, or changes the one of the address. */
export function SlaPage() {
  const { id } = useParams();
  const { role } = useProject();
  const stored = useWatchRead<Sla>(`/slas/${encodeURIComponent(id ?? "")}`, {}, id !== undefined);
  if (role === "viewer") return <Empty title="Editors and admins define SLAs">Ask one of them.</Empty>;
  if (id === undefined) return <SlaForm stored={null} />;
  if (stored.data !== undefined) return <SlaForm key={id} stored={stored.data} />;
  if (stored.error !== null) {
    return <Failure what="The SLA could not be loaded" error={stored.error} onRetry={() => void stored.refetch()} />;
  }
  return <Skeleton height={320} />;
}

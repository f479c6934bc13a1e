import { Skeleton } from "@mantine/core";
import { useParams } from "react-router";
import type { Policy } from "../../../api/actions";
import { useWatchRead } from "../../../api/useWatchRead";
import { useProject } from "../../../state/ProjectContext";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { PolicyForm } from "./PolicyForm";

/** Makes a policy, or changes the one of the address. */
export function PolicyPage() {
  const { id } = useParams();
  const { role } = useProject();
  const stored = useWatchRead<Policy>(`/policies/${encodeURIComponent(id ?? "")}`, {}, id !== undefined);
  if (role === "viewer") return <Empty title="Editors and admins make policies">Ask one of them.</Empty>;
  if (id === undefined) return <PolicyForm stored={null} />;
  if (stored.data !== undefined) return <PolicyForm key={id} stored={stored.data} />;
  if (stored.error !== null) {
    return <Failure what="The policy could not be loaded" error={stored.error} onRetry={() => void stored.refetch()} />;
  }
  return <Skeleton height={320} />;
}

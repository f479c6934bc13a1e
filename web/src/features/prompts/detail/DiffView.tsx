import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import { registry } from "../../../api/keys";
import type { PromptDiff } from "../../../api/types";
import { useProject } from "../../../state/ProjectContext";
import { Failure } from "../../../ui/Failure";
import { ConfigChanges } from "./ConfigChanges";
import classes from "./Detail.module.css";
import { DiffLines } from "./DiffLines";
import { diffSummary } from "./fold";

interface Props {
  promptId: string;
  from: number;
  to: number;
}

/** What changed from an older version to a newer one. */
export function DiffView({ promptId, from, to }: Props) {
  const api = useApi();
  const { id } = useProject();
  const path = `/prompts/${promptId}/diff`;
  const diff = useQuery({
    queryKey: [...registry(id), path, from, to],
    staleTime: Infinity, // versions never change
    queryFn: async ({ signal }) =>
      (await api<PromptDiff>(path, { params: { project: id, from_version: from, to_version: to }, signal })).data,
  });
  if (diff.data === undefined) {
    return diff.error === null ? (
      <Skeleton height={200} />
    ) : (
      <Failure what="The versions could not be compared" error={diff.error} onRetry={() => void diff.refetch()} />
    );
  }
  const summary = diffSummary(diff.data);
  return (
    <div className={classes["content"]}>
      <p className={classes["lead"]}>
        {summary === null ? `v${from} and v${to} are equal.` : `From v${from} to v${to}: ${summary}.`}
      </p>
      {diff.data.lines.some(({ kind }) => kind !== "same") && (
        <DiffLines lines={diff.data.lines} label={`Changes from v${from} to v${to}`} />
      )}
      {diff.data.config.length > 0 && <ConfigChanges changes={diff.data.config} />}
    </div>
  );
}

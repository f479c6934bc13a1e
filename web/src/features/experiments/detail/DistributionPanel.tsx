import { NativeSelect, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { useApi } from "../../../api/ApiContext";
import { apiUrl } from "../../../api/client";
import type { Distribution, Experiment, ScoreNames } from "../../../api/experiments";
import { experiment as experimentKey } from "../../../api/keys";
import { useProject } from "../../../state/ProjectContext";
import { withParams } from "../../../state/withParams";
import { DownloadLink } from "../../../ui/DownloadLink";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { Bars } from "./Bars";
import parts from "./Segments.module.css";
import { useFound } from "./useFound";

/** How often each value of a score was given, by variant. */
export function DistributionPanel({ experiment }: { experiment: Experiment }) {
  const api = useApi();
  const { id: project } = useProject();
  const [params, setParams] = useSearchParams();
  const names = useQuery({
    queryKey: [...experimentKey(project, experiment.id), "found", "score names"],
    queryFn: async ({ signal }) => {
      const path = `/scores/experiments/${experiment.id}/score-names`;
      return (await api<ScoreNames>(path, { params: { project }, signal })).data;
    },
  });
  const known = names.data?.score_names ?? [];
  const usual = experiment.metrics.find(({ score }) => score !== null && known.includes(score))?.score ?? known[0];
  const score = known.find((name) => name === params.get("score")) ?? usual;
  const distribution = useFound<Distribution>({
    id: experiment.id,
    part: "distribution",
    params: { score: score ?? "" },
    enabled: score !== undefined,
  });
  const choose = (name: string) => setParams((current) => withParams(current, { score: name }));
  return (
    <Panel
      title="Scores"
      actions={
        <DownloadLink href={apiUrl(`/scores/experiments/${experiment.id}`, { project, format: "csv" })}>
          All scores as CSV
        </DownloadLink>
      }
    >
      {names.error !== null && (
        <Failure what="The scores could not be loaded" error={names.error} onRetry={() => void names.refetch()} />
      )}
      {names.isPending && <Skeleton height={260} m="sm" w="auto" />}
      {names.data !== undefined && score === undefined && (
        <Empty title="No scores yet">
          Send them with the variant that your program got: Set-up has the code. They show here as they arrive.
        </Empty>
      )}
      {score !== undefined && (
        <>
          <div className={parts["choices"]}>
            <NativeSelect
              size="xs"
              label="Score"
              value={score}
              data={known}
              onChange={(event) => choose(event.currentTarget.value)}
            />
          </div>
          {distribution.data === undefined && distribution.error === null && <Skeleton height={220} m="sm" w="auto" />}
          {distribution.error !== null && (
            <Failure
              what={`The values of ${score} could not be loaded`}
              error={distribution.error}
              onRetry={() => void distribution.refetch()}
            />
          )}
          {distribution.data !== undefined && distribution.error === null && (
            <Bars
              distribution={distribution.data}
              variants={experiment.variants}
              stale={distribution.isPlaceholderData}
            />
          )}
        </>
      )}
    </Panel>
  );
}

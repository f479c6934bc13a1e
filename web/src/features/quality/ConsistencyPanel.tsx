import { Skeleton } from "@mantine/core";
import { Link } from "react-router";
import { format } from "../../format/number";
import { useHref } from "../../state/useHref";
import { useTurn } from "../../state/useTurn";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { Table } from "../../ui/Table";
import classes from "./Quality.module.css";
import type { ConsistencyRow } from "./shapes";
import { useQuality } from "./useQuality";
import { VariationCell } from "./VariationCell";

const SCORES = 4;

/** How much the answers of each version vary. */
export function ConsistencyPanel() {
  const consistency = useQuality<ConsistencyRow[]>("consistency", {}, useTurn());
  const href = useHref();
  const { data, error } = consistency;
  const names = [...new Set((data ?? []).flatMap(({ scores }) => scores.map(({ name }) => name)))].slice(0, SCORES);
  return (
    <Panel
      title="Consistency"
      note="standard deviation as a share of the mean, lower is steadier; below it where 80 % lie"
    >
      {data === undefined && error === null && <Skeleton height={180} m="sm" w="auto" />}
      {data === undefined && error !== null && (
        <Failure what="The spread could not be loaded" error={error} onRetry={() => void consistency.refetch()} />
      )}
      {data?.length === 0 && <Empty title="No calls in this time range">Choose a longer range or other filters.</Empty>}
      {data !== undefined && data.length > 0 && (
        <Table label="Consistency" busy={consistency.isPlaceholderData} className={classes["table"]}>
          <thead>
            <tr>
              <th scope="col">Prompt and version</th>
              <th scope="col">Calls</th>
              <th scope="col">Output tokens</th>
              <th scope="col">Latency</th>
              {names.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.map(({ prompt_id: prompt, prompt_version: version, calls, output_tokens, latency_ms, scores }) => (
              <tr key={`${prompt} ${version ?? ""}`}>
                <th scope="row">
                  <Link
                    to={href("/calls", version === null ? {} : { prompt_version: version }, { prompts: [prompt] })}
                    title="See the calls"
                  >
                    {prompt}
                    {version !== null && ` · version ${version}`}
                  </Link>
                </th>
                <td>{format(calls, "count")}</td>
                <VariationCell variation={output_tokens} unit="tokens" />
                <VariationCell variation={latency_ms} unit="ms" />
                {names.map((name) => (
                  <VariationCell
                    key={name}
                    variation={scores.find((score) => score.name === name)?.spread ?? null}
                    unit="score"
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

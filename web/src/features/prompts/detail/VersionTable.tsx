import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Answered } from "../../../api/useMetrics";
import type { Prompt, VersionScores } from "../../../api/types";
import { useCatalogue } from "../../../api/useCatalogue";
import { format, formatExact } from "../../../format/number";
import { bandOf } from "../../../format/status";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { StatusMark } from "../../../ui/StatusMark";
import { Table } from "../../../ui/Table";
import table from "../../overview/PromptTable.module.css";
import { scoreNames, versionRows } from "./byVersion";
import classes from "./Detail.module.css";
import { ScoreCell } from "./ScoreCell";
import { VERSION_COLUMNS } from "./usePromptFigures";

/** More scores than this are on the page of experiments and in the API. */
const MOST_SCORES = 6;

interface Props {
  name: string;
  versions: UseQueryResult<Answered>;
  scores: UseQueryResult<VersionScores[]>;
  deployed: Prompt["deployed"];
}

/** Each version's averages and average scores, side by side. */
export function VersionTable({ name, versions, scores, deployed }: Props) {
  const href = useHref();
  const { data: catalogue } = useCatalogue();
  const { data, error } = versions;
  if (data === undefined) {
    return (
      <Panel title="Versions">
        {error === null ? (
          <Skeleton height={120} m="sm" w="auto" />
        ) : (
          <Failure what="The versions could not be loaded" error={error} onRetry={() => void versions.refetch()} />
        )}
      </Panel>
    );
  }
  const known = scores.data ?? [];
  const names = scoreNames(known);
  const shown = names.slice(0, MOST_SCORES);
  const rows = versionRows(data, known, deployed);
  const more = data.groups_total > data.groups.length ? `, the busiest of ${data.groups_total}` : "";
  const left = names.length > shown.length ? `; ${shown.length} of ${names.length} scores` : "";
  return (
    <Panel title="Versions" note={`${rows.length}${more}${left}`}>
      {scores.error !== null && (
        <p className={classes["failed"]} role="alert">
          The scores could not be loaded: {scores.error.message}
        </p>
      )}
      {rows.length === 0 ? (
        <Empty title="No calls in this time range">Choose a longer range to compare versions.</Empty>
      ) : (
        <Table label="Versions" busy={versions.isPlaceholderData} className={table["table"]}>
          <thead>
            <tr>
              <th scope="col">Version</th>
              {VERSION_COLUMNS.map((key) => (
                <th key={key} scope="col">
                  {catalogue?.get(key)?.label}
                </th>
              ))}
              {shown.map((score) => (
                <th key={score} scope="col" title={`Average of the score ${score}`}>
                  {score}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name} className={classes["versionRow"]}>
                <th scope="row">
                  <Link
                    to={href("/calls", { prompt_version: row.version }, { prompts: [name] })}
                    title={`See the calls of ${row.name}`}
                  >
                    {row.name}
                  </Link>
                  {row.served.length > 0 && <span className={classes["served"]}>{row.served.join(", ")}</span>}
                </th>
                {VERSION_COLUMNS.map((key) => {
                  const info = catalogue?.get(key);
                  const value = row.values[key] ?? null;
                  const status = bandOf(value, info?.bands);
                  return (
                    <td key={key} title={formatExact(value, info?.unit ?? "count")}>
                      <span className={table["cell"]}>
                        {status !== null && status !== "healthy" && <StatusMark status={status} />}
                        {format(value, info?.unit ?? "count")}
                      </span>
                    </td>
                  );
                })}
                {shown.map((score) => (
                  <ScoreCell key={score} score={row.scores[score]} />
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

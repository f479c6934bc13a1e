import { ActionIcon, Badge, Skeleton } from "@mantine/core";
import { IconTrophy, IconX } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { assignColours } from "../../charts/colours";
import { useHref } from "../../state/useHref";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { Swatch } from "../../ui/Swatch";
import { Table } from "../../ui/Table";
import { withMetric, withoutMetric } from "./addedMetrics";
import { AddMetric } from "./AddMetric";
import classes from "./Compare.module.css";
import { ComparedCell } from "./ComparedCell";
import { identityOf, placeText, type Compared, type Subject } from "./subjects";

interface Props {
  compared: UseQueryResult<Compared>;
  subjects: readonly Subject[];
  /** Keys of the rows that were added and can be taken away. */
  added: readonly string[];
  /** They are still computed. */
  adding: boolean;
  /** Why the added rows are not there. */
  refused: Error | null;
}

/** One row a metric, one column a subject; a winner only where it is more than noise. */
export function CompareTable({ compared, subjects, added, adding, refused }: Props) {
  const href = useHref();
  const [, setParams] = useSearchParams();
  const { data, error } = compared;
  const takeAway = (keys: readonly string[]) => setParams((current) => keys.reduce(withoutMetric, current));
  if (data === undefined) {
    return (
      <Panel title="Side by side">
        {error === null ? (
          <Skeleton height={260} m="sm" w="auto" />
        ) : (
          <Failure what="They could not be compared" error={error} onRetry={() => void compared.refetch()} />
        )}
      </Panel>
    );
  }
  const colours = assignColours(subjects.map(identityOf));
  return (
    <Panel title="Side by side" note={data.summary}>
      <Table label="Side by side" busy={compared.isPlaceholderData || adding} className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            {data.subjects.map(({ label, prompt_id: prompt, prompt_version: version }) => (
              <th key={label} scope="col">
                <Swatch place={colours.get(identityOf({ prompt, version })) ?? 0} />{" "}
                <Link
                  to={href("/calls", version === null ? {} : { prompt_version: version }, { prompts: [prompt] })}
                  title="See the calls"
                >
                  {label}
                </Link>
              </th>
            ))}
            <th scope="col">Difference</th>
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <span className={classes["metric"]}>
                  {row.label}
                  {added.includes(row.key) && (
                    <ActionIcon
                      size="xs"
                      variant="subtle"
                      color="gray"
                      aria-label={`Remove ${row.label}`}
                      onClick={() => takeAway([row.key])}
                    >
                      <IconX size={12} aria-hidden />
                    </ActionIcon>
                  )}
                </span>
              </th>
              {row.values.map((value, i) => (
                <ComparedCell
                  key={data.subjects[i]?.label ?? i}
                  value={value}
                  unit={row.unit}
                  wins={row.winner === i}
                />
              ))}
              <td className={classes["note"]}>
                {row.winner === null ? row.note : `${data.subjects[row.winner]?.label ?? ""} by more than noise`}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Place</th>
            {data.subjects.map(({ label, place }, i) => (
              <td key={label}>
                {data.winner === i ? (
                  <Badge color="teal.9" leftSection={<IconTrophy size={12} aria-hidden />}>
                    {placeText(place)}
                  </Badge>
                ) : (
                  placeText(place)
                )}
              </td>
            ))}
            <td />
          </tr>
        </tfoot>
      </Table>
      <p className={classes["method"]}>
        Below each value: where it lies at {data.level} % certainty. {data.method}
      </p>
      {refused !== null && (
        <Failure
          what={
            added.length === 1 ? "The added metric could not be computed" : "The added metrics could not be computed"
          }
          error={refused}
          onRetry={() => takeAway(added)}
          retry={added.length === 1 ? "Remove it" : "Remove them"}
        />
      )}
      <AddMetric onAdd={(metric) => setParams((current) => withMetric(current, metric))} />
    </Panel>
  );
}

import { Badge, Skeleton } from "@mantine/core";
import { IconTrophy } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "react-router";
import { assignColours } from "../../charts/colours";
import { useHref } from "../../state/useHref";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { Swatch } from "../../ui/Swatch";
import { Table } from "../../ui/Table";
import classes from "./Compare.module.css";
import { ComparedCell } from "./ComparedCell";
import { placeText, type Compared, type Subject } from "./subjects";

interface Props {
  compared: UseQueryResult<Compared>;
  subjects: readonly Subject[];
}

/** One row a metric, one column a subject; a winner only where it is more than noise. */
export function CompareTable({ compared, subjects }: Props) {
  const href = useHref();
  const { data, error } = compared;
  if (data === undefined) {
    return (
      <Panel title="Side by side">
        {error === null ? (
          <Skeleton height={260} m="sm" />
        ) : (
          <Failure what="They could not be compared" error={error} onRetry={() => void compared.refetch()} />
        )}
      </Panel>
    );
  }
  const colours = assignColours(data.subjects.map(({ label }) => label));
  return (
    <Panel title="Side by side" note={data.summary}>
      <Table label="Side by side" busy={compared.isPlaceholderData} className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            {data.subjects.map(({ label, prompt_version: version }, i) => (
              <th key={label} scope="col">
                <Swatch place={colours.get(label) ?? 0} />{" "}
                <Link
                  to={href("/calls", version === null ? {} : { prompt_version: version }, {
                    prompts: [subjects[i]?.prompt ?? null],
                  })}
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
              <th scope="row">{row.label}</th>
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
                  <Badge color="teal" leftSection={<IconTrophy size={12} aria-hidden />}>
                    {placeText(place)}
                  </Badge>
                ) : (
                  placeText(place)
                )}
              </td>
            ))}
            <td className={classes["note"]}>
              Intervals hold at {data.level} %. {data.method}
            </td>
          </tr>
        </tfoot>
      </Table>
    </Panel>
  );
}

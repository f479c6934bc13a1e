import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { Backtest } from "../../api/alerts";
import type { Filter } from "../../api/types";
import { minutesText } from "../../format/duration";
import { format, formatExact } from "../../format/number";
import { formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { Table } from "../../ui/Table";
import classes from "./Backtest.module.css";
import { callsWhere } from "./callsWhere";
import { useDimensionLabels } from "./useDimensionLabels";
import { seriesText } from "./words";

const FEW = 6;

interface Props {
  tried: Backtest;
  where: readonly Filter[];
  /** Of one series only. */
  shown: string | null;
}

/** The times in which a rule would have fired, newest first; each leads to its calls. */
export function Episodes({ tried, where, shown }: Props) {
  const { time_zone: zone } = useProject();
  const href = useHref();
  const dimensions = useDimensionLabels();
  const [all, setAll] = useState(false);
  const episodes = tried.episodes.filter(({ series }) => shown === null || series === shown);
  if (episodes.length === 0) return null;
  const grouped = episodes.some(({ group }) => Object.keys(group).length > 0);
  return (
    <>
      <Table label="Times it would have fired" className={classes["episodes"]}>
        <thead>
          <tr>
            <th scope="col">It would have fired</th>
            {grouped && <th scope="col">Series</th>}
            <th scope="col">For</th>
            <th scope="col">Worst</th>
          </tr>
        </thead>
        <tbody>
          {episodes.slice(0, all ? undefined : FEW).map((one) => (
            <tr key={`${one.series} ${one.start}`}>
              <td>
                <Link
                  to={href("/calls", callsWhere(where, one.group), {
                    range: { start: Date.parse(one.began_at), end: Date.parse(one.end ?? tried.end) },
                    prompts: [],
                    environment: null,
                  })}
                >
                  {formatTime(one.start, "dateMinute", zone)}
                </Link>
                {one.at_night && <span className={classes["muted"]}> at night</span>}
                {one.held_back && <span className={classes["muted"]}> in quiet hours</span>}
              </td>
              {grouped && <td className={classes["wrap"]}>{seriesText(one.group, dimensions)}</td>}
              <td>{one.end === null ? "still" : minutesText(one.minutes)}</td>
              <td>{one.cause === "no_data" ? "no data" : format(one.peak, tried.unit)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {episodes.length > FEW && !all && (
        <div>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(true)}>
            {tried.fired > tried.episodes.length
              ? `Show the newest ${episodes.length} of ${formatExact(tried.fired, "count")}`
              : `Show all ${episodes.length}`}
          </Button>
        </div>
      )}
    </>
  );
}

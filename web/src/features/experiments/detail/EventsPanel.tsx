import { IconFlag, IconStar, IconUserPlus } from "@tabler/icons-react";
import { apiUrl } from "../../../api/client";
import type { Experiment } from "../../../api/experiments";
import { NO_DATA } from "../../../format/number";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { DownloadLink } from "../../../ui/DownloadLink";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { Table } from "../../../ui/Table";
import { VariantName } from "../VariantName";
import classes from "./Events.module.css";
import type { FeedLine } from "./feed";
import { SHOWN, useFeed } from "./useFeed";

const KINDS: Record<FeedLine["kind"], { icon: typeof IconFlag; word: string }> = {
  assignment: { icon: IconUserPlus, word: "Assignment" },
  outcome: { icon: IconFlag, word: "Outcome" },
  scores: { icon: IconStar, word: "Score" },
};

/** What happens in the experiment, as it happens. */
export function EventsPanel({ experiment }: { experiment: Experiment }) {
  const { id: project, time_zone: zone } = useProject();
  const feed = useFeed(experiment.id);
  const live = experiment.status === "running" || experiment.status === "paused";
  const rows = feed.data;
  return (
    <Panel
      title="Events"
      note={
        <span className={classes["live"]}>
          {live && <span className={classes["lamp"]} aria-hidden />}
          {live ? "live" : "newest first"}
          {rows !== undefined && rows.length >= SHOWN && `, the newest ${SHOWN}`}
        </span>
      }
      actions={
        <DownloadLink href={apiUrl(`/events/experiment/${experiment.id}`, { project, format: "csv" })}>
          All events as CSV
        </DownloadLink>
      }
    >
      <RowsState
        what="The events"
        rows={rows}
        error={feed.error}
        onRetry={() => void feed.refetch()}
        empty={
          <Empty title="Nothing has happened yet">
            Assignments, outcomes and scores show here as they arrive. Set-up has the code that sends them.
          </Empty>
        }
      >
        <Table label="Events" className={classes["table"]}>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Event</th>
              <th scope="col">Variant</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            {rows?.map(({ id, at, kind, variantId, variantName, who, text }) => {
              const { icon: Icon, word } = KINDS[kind];
              const place = experiment.variants.findIndex((variant) => variant.id === variantId);
              return (
                <tr key={`${kind} ${id}`}>
                  <td>
                    <span className={classes["muted"]}>{formatTime(at, "day", zone)}</span>{" "}
                    {formatTime(at, "second", zone)}
                  </td>
                  <td>
                    <span className={classes["kind"]}>
                      <Icon size={14} aria-hidden /> {word}
                    </span>
                  </td>
                  <td>
                    {place < 0 ? (variantName ?? NO_DATA) : <VariantName place={place} name={variantName ?? ""} />}
                  </td>
                  <td className={classes["who"]}>{who ?? NO_DATA}</td>
                  <td className={classes["what"]}>{text}</td>
                </tr>
              );
            })}
          </tbody>
        </Table>
      </RowsState>
    </Panel>
  );
}

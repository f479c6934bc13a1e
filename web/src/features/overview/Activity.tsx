import { Button, Skeleton } from "@mantine/core";
import {
  IconArchive,
  IconArrowBackUp,
  IconFlag,
  IconFlask2,
  IconMessage2Plus,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRocket,
  IconVersions,
  type Icon,
} from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { ProjectOverview } from "../../api/types";
import { formatAgo, formatTime } from "../../format/time";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { promptPath } from "../../ui/promptPath";
import classes from "./Activity.module.css";

type Item = ProjectOverview["activity"][number];

const ICONS: Record<Item["kind"], Icon> = {
  prompt_created: IconMessage2Plus,
  version_created: IconVersions,
  deployed: IconRocket,
  rolled_back: IconArrowBackUp,
  archived: IconArchive,
  experiment_created: IconFlask2,
  experiment_started: IconPlayerPlay,
  experiment_paused: IconPlayerPause,
  experiment_concluded: IconFlag,
  other: IconPencil,
};

/** Shown at first. */
const FEW = 6;

/** Who changed prompts and experiments last. */
export function Activity({ overview }: { overview: UseQueryResult<ProjectOverview> }) {
  const [all, setAll] = useState(false);
  const href = useHref();
  const { time_zone: zone } = useProject();
  const { data, error, dataUpdatedAt } = overview;
  if (data === undefined) {
    return (
      <Panel title="Recent changes">
        {error === null ? (
          <Skeleton height={140} m="sm" w="auto" />
        ) : (
          <Failure
            what="The recent changes could not be loaded"
            error={error}
            onRetry={() => void overview.refetch()}
          />
        )}
      </Panel>
    );
  }
  const addressOf = ({ prompt, experiment_id: experiment }: Item): string | null =>
    experiment !== null
      ? href(`/experiments/${encodeURIComponent(experiment)}`)
      : prompt !== null
        ? href(promptPath(prompt))
        : null;
  const shown = all ? data.activity : data.activity.slice(0, FEW);
  return (
    <Panel title="Recent changes">
      {shown.length === 0 ? (
        <Empty title="No changes yet">
          New versions, deployments and experiments are listed here, so that a change in the figures finds its cause.
        </Empty>
      ) : (
        <ol className={classes["list"]}>
          {shown.map((item, index) => {
            const KindIcon = ICONS[item.kind];
            const to = addressOf(item);
            return (
              <li key={`${item.at} ${index}`} className={classes["item"]} data-kind={item.kind}>
                <KindIcon size={16} aria-hidden />
                <span className={classes["text"]}>{to === null ? item.text : <Link to={to}>{item.text}</Link>}</span>
                <span className={classes["by"]} title={formatTime(item.at, "dateSecond", zone)}>
                  {formatAgo(item.at, dataUpdatedAt)} by {item.by}
                </span>
              </li>
            );
          })}
        </ol>
      )}
      {data.activity.length > FEW && (
        <div className={classes["more"]}>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show the last ${data.activity.length}`}
          </Button>
        </div>
      )}
    </Panel>
  );
}

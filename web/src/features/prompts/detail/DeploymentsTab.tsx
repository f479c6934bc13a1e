import { IconArrowBackUp, IconRocket } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";
import type { Prompt } from "../../../api/types";
import { formatTime } from "../../../format/time";
import { useProject } from "../../../state/ProjectContext";
import { useView } from "../../../state/useView";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { useDeployments } from "../useDeployments";
import classes from "./Detail.module.css";
import { RollBackButton } from "./RollBackButton";
import { withTab } from "./tabs";

/** When which version went where, newest first; from here one goes back. */
export function DeploymentsTab({ prompt }: { prompt: Prompt }) {
  const { role, time_zone: zone } = useProject();
  const { view } = useView();
  const [params] = useSearchParams();
  const deployments = useDeployments(prompt.id);
  const all = deployments.data;
  const rows = all?.rows.filter(({ environment }) => view.environment === null || environment === view.environment);
  const newest = new Map([...(all?.rows ?? [])].reverse().map(({ environment, id }) => [environment, id]));
  const mayChange = role !== "viewer" && prompt.archived_at === null;
  return (
    <Panel
      title="Deployments"
      note={
        all !== undefined && rows !== undefined
          ? `${rows.length}${all.total > all.rows.length ? ` of ${all.total}` : ""}${view.environment === null ? "" : ` in ${view.environment}`}`
          : undefined
      }
    >
      <RowsState
        what="The deployments"
        rows={rows}
        error={deployments.error}
        onRetry={() => void deployments.refetch()}
        empty={
          <Empty title={view.environment === null ? "Not deployed yet" : `Never deployed in ${view.environment}`}>
            A deployed version is what programs are served when they ask for the prompt by its name.
          </Empty>
        }
      >
        <ol className={classes["timeline"]}>
          {rows?.map((one) => {
            const back = one.kind === "rollback";
            const Icon = back ? IconArrowBackUp : IconRocket;
            const served = prompt.deployed[one.environment];
            const version = { search: withTab(params, "versions", { v: one.version }).toString() };
            const change = {
              search: withTab(params, "versions", { v: one.version, with: one.previous_version }).toString(),
            };
            return (
              <li key={one.id} className={classes["event"]} data-back={back || undefined}>
                <span className={classes["icon"]}>
                  <Icon size={16} aria-hidden />
                </span>
                <div className={classes["what"]}>
                  <div>
                    {back ? "Rolled back to " : ""}
                    <Link to={version}>v{one.version}</Link> in {one.environment}
                    {one.previous_version !== null && (
                      <span className={classes["muted"]}>
                        {" "}
                        instead of v{one.previous_version} (<Link to={change}>what changed</Link>)
                      </span>
                    )}
                  </div>
                  {one.message !== "" && <div className={classes["message"]}>{one.message}</div>}
                  <div className={classes["muted"]}>
                    {formatTime(one.at, "dateSecond", zone)} by {one.by}
                  </div>
                </div>
                {mayChange && served !== undefined && served !== one.version && (
                  <RollBackButton prompt={prompt} environment={one.environment} from={served} to={one.version} />
                )}
                {newest.get(one.environment) === one.id && <span className={classes["served"]}>served now</span>}
              </li>
            );
          })}
        </ol>
      </RowsState>
    </Panel>
  );
}

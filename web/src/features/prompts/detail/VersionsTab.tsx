import { Link, useSearchParams } from "react-router";
import type { Prompt, PromptVersion } from "../../../api/types";
import { formatAgo } from "../../../format/time";
import { useClock } from "../../../state/ClockContext";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { useVersions } from "../useVersions";
import classes from "./Detail.module.css";
import { numberIn, withTab } from "./tabs";
import { VersionDetail } from "./VersionDetail";

interface Props {
  prompt: Prompt;
  onDeploy: (version: number) => void;
  onNewVersion: (from: PromptVersion) => void;
}

/** All versions, and one of them: its content, or what is different from another. */
export function VersionsTab({ prompt, onDeploy, onNewVersion }: Props) {
  const [params] = useSearchParams();
  const { now } = useClock();
  const versions = useVersions(prompt.id);
  const rows = versions.data?.rows;
  const asked = numberIn(params, "v") ?? prompt.latest_version;
  const shown = rows?.find(({ number }) => number === asked);
  const total = versions.data?.total ?? 0;
  return (
    <div className={classes["columns"]}>
      <Panel
        title="Versions"
        note={rows === undefined ? undefined : total > rows.length ? `${rows.length} newest of ${total}` : `${total}`}
      >
        <RowsState
          what="The versions"
          rows={rows}
          error={versions.error}
          onRetry={() => void versions.refetch()}
          empty={<Empty title="No versions" />}
        >
          <ul className={classes["versions"]}>
            {rows?.map((version) => (
              <li key={version.id}>
                <Link
                  className={classes["version"] ?? ""}
                  aria-current={version.number === asked ? "true" : undefined}
                  to={{ search: withTab(params, "versions", { v: version.number }).toString() }}
                >
                  <span className={classes["versionHead"]}>
                    <strong>v{version.number}</strong>
                    {version.deployed_in.map((environment) => (
                      <span key={environment} className={classes["served"]}>
                        {environment}
                      </span>
                    ))}
                  </span>
                  {version.message !== "" && <span className={classes["cut"]}>{version.message}</span>}
                  <span className={classes["muted"]}>
                    {formatAgo(version.created_at, now)} by {version.author}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </RowsState>
      </Panel>
      {shown !== undefined && (
        <VersionDetail
          prompt={prompt}
          version={shown}
          others={rows ?? []}
          onDeploy={onDeploy}
          onNewVersion={onNewVersion}
        />
      )}
      {shown === undefined && rows !== undefined && (
        <Panel title={`Version ${asked}`}>
          <Empty title={`There is no v${asked}`}>Choose one of the list; only the newest are listed.</Empty>
        </Panel>
      )}
    </div>
  );
}

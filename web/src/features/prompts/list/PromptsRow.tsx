import { Button } from "@mantine/core";
import { Link, useNavigate, useSearchParams } from "react-router";
import type { Prompt } from "../../../api/types";
import { useCatalogue } from "../../../api/useCatalogue";
import { assignColours } from "../../../charts/colours";
import { colourAt } from "../../../charts/palette";
import { Sparkline } from "../../../charts/Sparkline";
import { useScheme } from "../../../charts/useScheme";
import { format, formatExact, NO_DATA } from "../../../format/number";
import { bandOf } from "../../../format/status";
import { formatAgo, formatTime } from "../../../format/time";
import { useClock } from "../../../state/ClockContext";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { promptPath } from "../../../ui/promptPath";
import { StatusMark } from "../../../ui/StatusMark";
import { Served } from "../Served";
import { VersionBar } from "../VersionBar";
import type { PromptLine } from "./lines";
import { withList } from "./listState";
import classes from "./Prompts.module.css";
import { COLUMNS } from "./usePromptMetrics";

interface Props {
  line: PromptLine;
  /** The last point of its line is still filling. */
  partialLast: boolean;
}

export function PromptsRow({ line: { name, prompt, values, points, shares }, partialLast }: Props) {
  const scheme = useScheme();
  const href = useHref();
  const navigate = useNavigate();
  const { now } = useClock();
  const { role, time_zone: zone } = useProject();
  const { data: catalogue } = useCatalogue();
  const [, setParams] = useSearchParams();
  const to = href(promptPath(name));
  const colour = colourAt(assignColours(["total_requests"]).get("total_requests") ?? 0, scheme);
  return (
    <tr className={classes["row"]} onClick={() => void navigate(to)}>
      <th scope="row" className={classes["name"]}>
        <div className={classes["cut"]}>
          <Link
            className={classes["link"] ?? ""}
            to={to}
            title={prompt?.description === "" ? name : prompt?.description}
            onClick={(event) => event.stopPropagation()}
          >
            {name}
          </Link>
        </div>
        <div className={classes["under"]}>
          <span className={classes["fixed"]}>{prompt === null ? "Not in the registry" : versionsText(prompt)}</span>
          {prompt?.tags.map((tag) => (
            <span key={tag} className={classes["tag"]}>
              #{tag}
            </span>
          ))}
        </div>
      </th>
      <td data-label="Served">
        {prompt !== null ? (
          <Served deployed={prompt.deployed} />
        ) : role === "viewer" ? (
          NO_DATA
        ) : (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Add to the registry: ${name}`}
            onClick={(event) => {
              event.stopPropagation();
              setParams((current) => withList(current, { create: name }));
            }}
          >
            Add to the registry
          </Button>
        )}
      </td>
      {COLUMNS.map((key) => {
        const info = catalogue?.get(key);
        const value = values[key] ?? null;
        const unit = info?.unit ?? "count";
        const status = bandOf(value, info?.bands);
        return (
          <td key={key} data-label={info?.label} className={classes["number"]} title={formatExact(value, unit)}>
            {key === "total_requests" ? (
              <div className={classes["requests"]}>
                {format(value, unit)}
                <span className={classes["spark"]}>
                  {points !== null && <Sparkline points={points} colour={colour} partialLast={partialLast} />}
                </span>
              </div>
            ) : (
              <span className={classes["status"]}>
                {status !== null && status !== "healthy" && <StatusMark status={status} />}
                {format(value, unit)}
              </span>
            )}
          </td>
        );
      })}
      <td data-label="Versions in use">
        <VersionBar shares={shares} />
      </td>
      <td data-label="Changed" title={formatTime(prompt?.changed_at, "dateSecond", zone)}>
        {prompt === null ? NO_DATA : formatAgo(prompt.changed_at, now)}
      </td>
    </tr>
  );
}

function versionsText({ type, versions }: Prompt): string {
  return `${type}, ${versions} ${versions === 1 ? "version" : "versions"}`;
}

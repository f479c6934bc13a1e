import { Button, Chip, Group, Skeleton } from "@mantine/core";
import { Link, useSearchParams } from "react-router";
import { useMetrics } from "../../api/useMetrics";
import { useValues } from "../../api/useValues";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { useView } from "../../state/useView";
import { useWindow } from "../../state/useWindow";
import { whereOf } from "../../state/where";
import { Empty } from "../../ui/Empty";
import { Panel } from "../../ui/Panel";
import classes from "./Compare.module.css";
import { FEWEST, MOST, switched } from "./subjects";

const SHOWN = 12;

/** What is compared: prompts are chosen in the top bar, versions of the only prompt here. */
export function ChooseSubjects({ versions }: { versions: readonly string[] }) {
  const { view, change } = useView();
  const href = useHref();
  const { data: prompts = [], isPending } = useValues("prompt_id");
  const named = view.prompts.filter((prompt) => prompt !== null);
  if (named.length > 1) return null;
  const [only] = named;
  if (only !== undefined) return <Versions prompt={only} versions={versions} />;
  const busiest = prompts.filter((prompt) => prompt !== null).slice(0, MOST);
  return (
    <Panel title="Compare">
      {isPending ? (
        <Skeleton height={60} m="sm" w="auto" />
      ) : (
        <Empty title="Choose what to compare">
          <p>
            Two or three prompts in the selector above (switch on “Compare up to {MOST}”), or one prompt and its
            versions.
          </p>
          {busiest.length >= FEWEST ? (
            <Button size="xs" onClick={() => change({ prompts: busiest })} title={busiest.join(", ")}>
              Compare the {busiest.length} busiest
            </Button>
          ) : (
            <p>
              {busiest.length === 0 ? "No prompt was called" : `Only ${busiest.join(", ")} was called`} in this time
              range: choose a longer one, or <Link to={href("/start")}>connect your program</Link>.
            </p>
          )}
        </Empty>
      )}
    </Panel>
  );
}

function Versions({ prompt, versions }: { prompt: string; versions: readonly string[] }) {
  const [, setParams] = useSearchParams();
  const { view } = useView();
  const { time_zone: tz } = useProject();
  const { start, end } = useWindow();
  const found = useMetrics({
    metrics: ["total_requests"],
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    tz,
    where: whereOf(view),
    by: ["prompt_version"],
    limit: 100,
  });
  const known = (found.data?.groups ?? []).flatMap((group) => group["prompt_version"] ?? []);
  const shown = [...new Set([...versions, ...known.slice(0, SHOWN)])];
  const choose = (version: string) =>
    setParams((current) => {
      const next = new URLSearchParams(current);
      next.delete("version");
      for (const one of switched(current.getAll("version"), version)) next.append("version", one);
      return next;
    });
  return (
    <Panel
      title={`Versions of ${prompt}`}
      note={known.length > SHOWN ? `the ${SHOWN} busiest of ${known.length}` : undefined}
    >
      <Group gap="xs" className={classes["versions"] ?? ""} role="group" aria-label="Versions to compare">
        {found.isPending && <Skeleton height={28} width={220} />}
        {shown.map((version) => (
          <Chip
            key={version}
            size="xs"
            checked={versions.includes(version)}
            disabled={versions.length === MOST && !versions.includes(version)}
            onChange={() => choose(version)}
          >
            Version {version}
          </Chip>
        ))}
        {!found.isPending && known.length === 0 && <span>No version was called in this time range.</span>}
        {!found.isPending && known.length > 1 && versions.length < FEWEST && (
          <span className={classes["hint"]}>Choose two or three.</span>
        )}
      </Group>
    </Panel>
  );
}

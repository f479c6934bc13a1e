import { Skeleton } from "@mantine/core";
import { Link } from "react-router";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { ExperimentLine } from "./ExperimentLine";
import classes from "./Quality.module.css";
import { useExperiments } from "../experiments/list/useExperiments";

const SHOWN = 8;

/** What A/B tests found. */
export function ExperimentsPanel() {
  const running = useExperiments({ status: "running", search: "" });
  const concluded = useExperiments({ status: "concluded", search: "" });
  const href = useHref();
  const error = running.error ?? concluded.error;
  const rows = [running, concluded].flatMap(({ data }) => data?.pages[0]?.rows ?? []).slice(0, SHOWN);
  const pending = running.isPending || concluded.isPending;
  return (
    <Panel title="A/B tests" actions={<Link to={href("/experiments")}>All experiments</Link>}>
      {pending && error === null && <Skeleton height={240} m="sm" w="auto" />}
      {error !== null && (
        <Failure what="The experiments could not be loaded" error={error} onRetry={() => void running.refetch()} />
      )}
      {!pending && error === null && rows.length === 0 && (
        <Empty title="No experiment has run yet">
          <Link to={href("/experiments/new")}>Set one up</Link> to learn which version people like better.
        </Empty>
      )}
      {rows.length > 0 && (
        <ul className={classes["stream"]}>
          {rows.map((experiment) => (
            <ExperimentLine key={experiment.id} experiment={experiment} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

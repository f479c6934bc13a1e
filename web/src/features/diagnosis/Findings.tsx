import { Button, Group, Skeleton } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { Link } from "react-router";
import { useClock } from "../../state/ClockContext";
import { useHref } from "../../state/useHref";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import { CarriersPanel } from "./CarriersPanel";
import { CheckItem } from "./CheckItem";
import classes from "./Diagnosis.module.css";
import type { Described } from "./problems";
import { useDiagnosis } from "./useDiagnosis";

const ARRIVALS = "metrics-not-updating";

/** The checks of a problem with what they found, which calls carry the change, and where to go next. */
export function Findings({ described: { problem, title, next } }: { described: Described }) {
  const href = useHref();
  const { refresh } = useClock();
  const diagnosis = useDiagnosis(problem);
  const { data, error } = diagnosis;
  if (data === undefined) {
    return (
      <Panel title={title}>
        {error === null ? (
          <Skeleton height={320} m="sm" w="auto" />
        ) : (
          <Failure what="The diagnosis failed" error={error} onRetry={() => void diagnosis.refetch()} />
        )}
      </Panel>
    );
  }
  const calls = data.figures.find(({ metric }) => metric === "total_requests");
  if (problem !== ARRIVALS && calls?.after === 0) {
    return (
      <Panel title={title}>
        <Empty title="No calls in this time range">
          Choose a longer range or other filters, or{" "}
          <Link to={href("/diagnosis", { problem: ARRIVALS })}>find out why none arrive</Link>.
        </Empty>
      </Panel>
    );
  }
  const found = data.checks.filter(({ state }) => state === "found").length;
  return (
    <>
      <Panel title={title} note={`${found} of ${data.checks.length} checks found something`}>
        <p className={classes["answer"]} role="status" aria-busy={diagnosis.isPlaceholderData}>
          {data.answer}
        </p>
        <ol className={classes["checks"]}>
          {data.checks.map((check) => (
            <CheckItem key={check.key} check={check} />
          ))}
        </ol>
      </Panel>
      {problem !== ARRIVALS && <CarriersPanel diagnosis={data} />}
      <Panel title="What to do next">
        <p className={classes["answer"]}>{data.advice.at(-1)}</p>
        <Group gap="xs" className={classes["next"] ?? ""}>
          {problem === ARRIVALS && (
            <Button size="xs" leftSection={<IconRefresh size={15} aria-hidden />} onClick={refresh}>
              Check again
            </Button>
          )}
          {next.map(({ to, label }) => (
            <Button key={label} component={Link} to={href(to)} size="xs" variant="default">
              {label}
            </Button>
          ))}
        </Group>
      </Panel>
    </>
  );
}

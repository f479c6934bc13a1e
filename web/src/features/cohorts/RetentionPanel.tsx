import { SegmentedControl, Skeleton } from "@mantine/core";
import { useSearchParams } from "react-router";
import { useTurn } from "../../state/useTurn";
import { withParams } from "../../state/withParams";
import { Failure } from "../../ui/Failure";
import { Panel } from "../../ui/Panel";
import classes from "./Cohorts.module.css";
import { RetentionTable } from "./RetentionTable";
import { useRetention } from "./useRetention";

const WEEKS = ["8", "12", "26"];
const DEFAULT_WEEKS = "8";

/** Which share of the users of each week comes back. */
export function RetentionPanel() {
  const [params, setParams] = useSearchParams();
  const asked = params.get("weeks") ?? DEFAULT_WEEKS;
  const weeks = WEEKS.includes(asked) ? asked : DEFAULT_WEEKS;
  const retention = useRetention(Number(weeks), useTurn());
  const { data, error } = retention;
  return (
    <Panel
      title="Users who come back"
      id="retention"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Weeks shown"
          value={weeks}
          data={WEEKS.map((value) => ({ value, label: `${value} weeks` }))}
          onChange={(value) =>
            setParams((current) => withParams(current, { weeks: value === DEFAULT_WEEKS ? null : value }))
          }
        />
      }
    >
      {data === undefined && error === null && <Skeleton height={240} m="sm" w="auto" />}
      {data === undefined && error !== null && (
        <Failure what="The users could not be loaded" error={error} onRetry={() => void retention.refetch()} />
      )}
      {data !== undefined && (
        <>
          <RetentionTable retention={data} />
          <p className={classes["definition"]}>
            {data.definition}
            {data.last_week_partial && " Italic: that week is not over."}
          </p>
        </>
      )}
    </Panel>
  );
}

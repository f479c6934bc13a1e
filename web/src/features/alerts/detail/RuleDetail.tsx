import { Button, Skeleton } from "@mantine/core";
import { Link, useParams } from "react-router";
import type { Rule } from "../../../api/alerts";
import { ApiError } from "../../../api/client";
import { useWatchRead } from "../../../api/useWatchRead";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { RuleView } from "./RuleView";

/** One rule: what it says, how it is, what it did. */
export function RuleDetail() {
  const { id = "" } = useParams();
  const href = useHref();
  const rule = useWatchRead<Rule>(`/rules/${encodeURIComponent(id)}`);
  if (rule.data !== undefined) return <RuleView key={id} rule={rule.data} now={rule.dataUpdatedAt} />;
  if (rule.error instanceof ApiError && rule.error.status === 404) {
    return (
      <Empty title="This rule is not there">
        It was deleted, or belongs to another project.
        <div>
          <Button component={Link} to={href("/alerts", { tab: "rules" })} variant="default" size="xs" mt="sm">
            See the rules
          </Button>
        </div>
      </Empty>
    );
  }
  return rule.error === null ? (
    <Skeleton height={500} />
  ) : (
    <Failure what="The rule could not be loaded" error={rule.error} onRetry={() => void rule.refetch()} />
  );
}

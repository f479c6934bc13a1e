import { Button, Skeleton } from "@mantine/core";
import { Link, useParams, useSearchParams } from "react-router";
import type { Rule } from "../../../api/alerts";
import { useWatchRead } from "../../../api/useWatchRead";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { beginOf } from "./begin";
import { RuleForm } from "./RuleForm";
import { valuesOf } from "./values";

/** A new rule, or the change of one. */
export function RulePage() {
  const { id = null } = useParams();
  const [params] = useSearchParams();
  const { role } = useProject();
  const href = useHref();
  const rule = useWatchRead<Rule>(`/rules/${encodeURIComponent(id ?? "")}`, {}, id !== null && role !== "viewer");
  if (role === "viewer") {
    return (
      <Empty title="Only editors and admins change alerts">
        Ask an admin of the project for the role.
        <div>
          <Button component={Link} to={href("/alerts")} variant="default" size="xs" mt="sm">
            See the alerts
          </Button>
        </div>
      </Empty>
    );
  }
  if (id === null) return <RuleForm key="new" stored={null} base={beginOf(params)} />;
  if (rule.data === undefined) {
    return rule.error === null ? (
      <Skeleton height={600} />
    ) : (
      <Failure what="The alert could not be loaded" error={rule.error} onRetry={() => void rule.refetch()} />
    );
  }
  return <RuleForm key={id} stored={rule.data} base={valuesOf(rule.data)} />;
}

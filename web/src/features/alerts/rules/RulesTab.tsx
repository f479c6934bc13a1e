import { Button, SegmentedControl } from "@mantine/core";
import { Link, useSearchParams } from "react-router";
import type { Rule } from "../../../api/alerts";
import { useWatchRead } from "../../../api/useWatchRead";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { withParams } from "../../../state/withParams";
import { Empty } from "../../../ui/Empty";
import { Panel } from "../../../ui/Panel";
import { RowsState } from "../../../ui/RowsState";
import { SearchInput } from "../../../ui/SearchInput";
import { Table } from "../../../ui/Table";
import classes from "../Alerts.module.css";
import { isKind, matching, RULE_KINDS } from "./filter";
import { RuleRow } from "./RuleRow";

/** What is watched. */
export function RulesTab() {
  const [params, setParams] = useSearchParams();
  const { role } = useProject();
  const href = useHref();
  const rules = useWatchRead<Rule[]>("/rules");
  const search = params.get("search") ?? "";
  const wanted = params.get("show");
  const kind = isKind(wanted) ? wanted : "all";
  const rows = rules.data === undefined ? undefined : matching(rules.data, kind, search);
  const total = rules.data?.length ?? 0;
  const set = (part: Record<string, string | null>) =>
    setParams((current) => withParams(current, part), { replace: true });
  return (
    <>
      <div className={classes["bar"]} role="group" aria-label="Filters">
        <SearchInput
          label="Search in rules"
          placeholder="Find by name or metric"
          value={search}
          onSearch={(text) => set({ search: text.trim() === "" ? null : text })}
        />
        <SegmentedControl
          size="xs"
          aria-label="Rules shown"
          className={classes["choices"] ?? ""}
          value={kind}
          data={RULE_KINDS.map(({ value, label }) => ({ value, label }))}
          onChange={(value) => set({ show: value === "all" ? null : value })}
        />
      </div>
      <Panel title={rows === undefined ? "Rules" : countText(rows.length, total)}>
        <RowsState
          what="The rules"
          rows={rows}
          error={rules.error}
          onRetry={() => void rules.refetch()}
          empty={
            total > 0 ? (
              <Empty title="No rule like that">
                <div>
                  <Button size="xs" variant="default" mt="sm" onClick={() => set({ search: null, show: null })}>
                    Show all rules
                  </Button>
                </div>
              </Empty>
            ) : (
              <Empty title="No rules">
                A rule says which metric is watched, when it is wrong, and who is told.
                <div>
                  {role === "viewer" ? (
                    <p>Editors and admins write rules.</p>
                  ) : (
                    <Button component={Link} to={href("/alerts/new")} size="xs" mt="sm">
                      New alert
                    </Button>
                  )}
                </div>
              </Empty>
            )
          }
        >
          <Table label="Rules" cards>
            <thead>
              <tr>
                <th scope="col">Rule</th>
                <th scope="col">State</th>
                <th scope="col">Severity</th>
                <th scope="col">Last fired</th>
                <th scope="col">Health</th>
                <th scope="col">On</th>
              </tr>
            </thead>
            <tbody>
              {rows?.map((rule) => (
                <RuleRow key={rule.id} rule={rule} now={rules.dataUpdatedAt} mayEdit={role !== "viewer"} />
              ))}
            </tbody>
          </Table>
        </RowsState>
      </Panel>
    </>
  );
}

function countText(shown: number, total: number): string {
  if (shown < total) return `${shown} of ${total} rules`;
  return total === 1 ? "1 rule" : `${total} rules`;
}

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Link, useNavigate } from "react-router";
import type { Policy } from "../../../api/actions";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { format } from "../../../format/number";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import { Panel } from "../../../ui/Panel";
import classes from "../Actions.module.css";
import { PolicyState } from "../PolicyState";
import { RunsPanel } from "../RunsPanel";
import { policyText } from "../words";
import { SwitchButtons } from "./SwitchButtons";
import { TryPanel } from "./TryPanel";
import { PageHead } from "../../../ui/PageHead";

export function PolicyView({ policy }: { policy: Policy }) {
  const href = useHref();
  const navigate = useNavigate();
  const { role } = useProject();
  const remove = useWatchWrite<null>();
  return (
    <>
      <PageHead
        title={policy.name}
        lead={
          <>
            <PolicyState policy={policy} />
            <span>{policyText(policy)}</span>
            {policy.description !== "" && <span>{policy.description}</span>}
          </>
        }
        actions={
          role !== "viewer" && (
            <>
              <SwitchButtons policy={policy} />
              <Button component={Link} to={href(`/actions/${policy.id}/edit`)} size="xs" variant="default">
                Edit
              </Button>
              <ConfirmButton
                size="xs"
                label="Delete"
                does={`Delete policy “${policy.name}”`}
                consequence="It does nothing any more. What it did stays in the history."
                pending={remove.isPending}
                error={remove.error}
                onConfirm={(done) =>
                  remove.mutate(
                    { path: `/policies/${policy.id}`, method: "DELETE" },
                    {
                      onSuccess: () => {
                        done();
                        notifications.show({ message: `Policy “${policy.name}” deleted` });
                        void navigate(href("/actions"));
                      },
                    },
                  )
                }
              />
            </>
          )
        }
      />
      <Panel title="Limits">
        <dl className={classes["facts"]}>
          <div>
            <dt>Calls before it acts</dt>
            <dd>{format(policy.minimum_samples, "count")}</dd>
          </div>
          <div>
            <dt>Between two acts</dt>
            <dd>{policy.cooldown_minutes} min</dd>
          </div>
          <div>
            <dt>Acts today</dt>
            <dd>
              {policy.acts_today} of {policy.daily_cap}
            </dd>
          </div>
          <div>
            <dt>Watches the metric for</dt>
            <dd>{policy.watch_minutes} min, then escalates</dd>
          </div>
          {policy.action.kind === "webhook" && (
            <div>
              <dt>Signed</dt>
              <dd>{policy.has_secret ? "yes" : "no: no secret"}</dd>
            </div>
          )}
        </dl>
      </Panel>
      <TryPanel policy={policy} />
      <RunsPanel policyId={policy.id} />
    </>
  );
}

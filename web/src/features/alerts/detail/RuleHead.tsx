import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import type { Rule } from "../../../api/alerts";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import { SeverityMark } from "../../../ui/SeverityMark";
import classes from "../Alerts.module.css";
import { PhaseMark } from "../PhaseMark";
import { EnabledSwitch } from "../rules/EnabledSwitch";
import { SilenceDialog } from "../silences/SilenceDialog";
import { emptySilence } from "../silences/values";
import { useDimensionLabels } from "../useDimensionLabels";
import { ruleText } from "../words";
import { PageHead } from "../../../ui/PageHead";

/** Name, state, and what can be done with a rule. */
export function RuleHead({ rule }: { rule: Rule }) {
  const { role } = useProject();
  const href = useHref();
  const navigate = useNavigate();
  const dimensions = useDimensionLabels();
  const reset = useWatchWrite<Rule>();
  const remove = useWatchWrite<null>();
  const [silencing, setSilencing] = useState(false);
  const { id, name } = rule;
  const mayEdit = role !== "viewer";
  return (
    <>
      <PageHead
        title={name}
        lead={
          <>
            {rule.enabled ? <PhaseMark phase={rule.phase} /> : <span>Off</span>}
            <SeverityMark severity={rule.severity} />
            <span>{ruleText(rule, rule.metric_label, rule.unit, dimensions)}</span>
            {rule.ready_made && <span>ready-made{rule.changed && ", changed"}</span>}
          </>
        }
        actions={
          <>
            <EnabledSwitch rule={rule} mayEdit={mayEdit} label="On" />
            {mayEdit && (
              <>
                <Button size="xs" variant="default" onClick={() => setSilencing(true)}>
                  Silence
                </Button>
                {rule.template != null && rule.changed && (
                  <ConfirmButton
                    label="Reset"
                    size="xs"
                    does={`Reset “${name}”`}
                    consequence="It says again what its template says. Its name and channels stay."
                    pending={reset.isPending}
                    error={reset.error}
                    onConfirm={(done) =>
                      reset.mutate(
                        { path: `/rules/${id}/reset`, method: "POST" },
                        {
                          onSuccess: () => {
                            done();
                            notifications.show({ message: `“${name}” is as its template again` });
                          },
                        },
                      )
                    }
                  />
                )}
                <ConfirmButton
                  label="Delete"
                  size="xs"
                  does={`Delete “${name}”`}
                  consequence="What fires is resolved. What it did stays in the history."
                  pending={remove.isPending}
                  error={remove.error}
                  onConfirm={(done) =>
                    remove.mutate(
                      { path: `/rules/${id}`, method: "DELETE" },
                      {
                        onSuccess: () => {
                          done();
                          notifications.show({ message: `“${name}” deleted` });
                          void navigate(href("/alerts", { tab: "rules" }));
                        },
                      },
                    )
                  }
                />
                <Button size="xs" component={Link} to={href(`/alerts/${id}/edit`)}>
                  Edit
                </Button>
              </>
            )}
          </>
        }
      />
      {rule.description !== "" && <p className={classes["description"]}>{rule.description}</p>}
      {silencing && (
        <SilenceDialog begin={emptySilence({ source: "rule", source_id: id })} onClose={() => setSilencing(false)} />
      )}
    </>
  );
}

import { Button } from "@mantine/core";
import type { Policy, Tried } from "../../../api/actions";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { FormError } from "../../../ui/FormError";
import { Panel } from "../../../ui/Panel";
import classes from "../Actions.module.css";

/** What it would do about what fires now. Nothing is done. */
export function TryPanel({ policy }: { policy: Policy }) {
  const attempt = useWatchWrite<Tried>();
  const { data } = attempt;
  return (
    <Panel
      title="Try it"
      note="nothing is done"
      actions={
        <Button
          size="compact-xs"
          variant="default"
          loading={attempt.isPending}
          onClick={() => attempt.mutate({ path: `/policies/${policy.id}/try`, method: "POST", body: {} })}
        >
          What would it do now?
        </Button>
      }
    >
      <FormError error={attempt.error} fields={[]} />
      <div role="status">
        {data === undefined ? (
          <p className={classes["said"]}>Says what the policy would do about what fires now, and why not.</p>
        ) : (
          <>
            <p className={classes["said"]}>
              <strong>{data.said}</strong>
            </p>
            {data.reasons.length > 0 && (
              <ul className={classes["reasons"]}>
                {data.reasons.map((reason) => (
                  <li key={reason}>{reason}</li>
                ))}
              </ul>
            )}
          </>
        )}
      </div>
    </Panel>
  );
}

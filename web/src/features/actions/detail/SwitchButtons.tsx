import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Policy } from "../../../api/actions";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { ConfirmButton } from "../../../ui/ConfirmButton";
import { FormError } from "../../../ui/FormError";
import { actionText } from "../words";

/** Switches a policy on, off, and from a dry run to acting, which it asks about. */
export function SwitchButtons({ policy }: { policy: Policy }) {
  const change = useWatchWrite<Policy>();
  const set = (body: Partial<Policy>, said: string, done?: () => void) =>
    change.mutate(
      { path: `/policies/${policy.id}`, method: "PATCH", body },
      {
        onSuccess: () => {
          done?.();
          notifications.show({ message: said });
        },
      },
    );
  return (
    <>
      {policy.enabled && policy.dry_run && (
        <ConfirmButton
          size="xs"
          label="Let it act"
          does={`Let “${policy.name}” act by itself`}
          consequence={`From now on it may ${actionText(policy.action)} without asking, ${policy.daily_cap === 1 ? "once" : `${policy.daily_cap} times`} a day at most. Each act can be undone.`}
          pending={change.isPending}
          error={change.error}
          onConfirm={(done) => set({ dry_run: false }, `“${policy.name}” acts by itself`, done)}
        />
      )}
      {policy.enabled && !policy.dry_run && (
        <Button
          size="xs"
          variant="default"
          loading={change.isPending}
          onClick={() => set({ dry_run: true }, `“${policy.name}” only says what it would do`)}
        >
          Back to dry run
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        loading={change.isPending}
        onClick={() =>
          set({ enabled: !policy.enabled }, policy.enabled ? `“${policy.name}” is off` : `“${policy.name}” is on`)
        }
      >
        {policy.enabled ? "Switch off" : "Switch on"}
      </Button>
      {!policy.dry_run && <FormError error={change.error} fields={[]} />}
    </>
  );
}

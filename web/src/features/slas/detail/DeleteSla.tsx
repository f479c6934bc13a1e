import { notifications } from "@mantine/notifications";
import { useNavigate } from "react-router";
import type { Sla } from "../../../api/slas";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { useHref } from "../../../state/useHref";
import { ConfirmButton } from "../../../ui/ConfirmButton";

export function DeleteSla({ sla }: { sla: Sla }) {
  const navigate = useNavigate();
  const href = useHref();
  const remove = useWatchWrite<null>();
  return (
    <ConfirmButton
      size="xs"
      label="Delete"
      does={`Delete SLA “${sla.name}”`}
      consequence="Its state and its alerts end. The calls that it counted stay."
      pending={remove.isPending}
      error={remove.error}
      onConfirm={(done) =>
        remove.mutate(
          { path: `/slas/${sla.id}`, method: "DELETE" },
          {
            onSuccess: () => {
              done();
              notifications.show({ message: `SLA “${sla.name}” deleted` });
              void navigate(href("/slas"));
            },
          },
        )
      }
    />
  );
}

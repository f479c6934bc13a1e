import { Button, Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useApi } from "../../../api/ApiContext";
import { watch } from "../../../api/keys";
import type { SlaPreview } from "../../../api/slas";
import { format } from "../../../format/number";
import { useProject } from "../../../state/ProjectContext";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { Page } from "../../../ui/Page";
import { Panel } from "../../../ui/Panel";
import { BudgetPanel } from "../detail/BudgetPanel";
import { DayStrip } from "../detail/DayStrip";
import classes from "../Slas.module.css";
import { SlaStatus } from "../SlaStatus";
import { bodyOf, isComplete, type SlaValues } from "./values";

const WAIT_MS = 400;

interface Props {
  values: SlaValues;
  onTarget: (percent: number) => void;
}

/** What the objective would say of the last 30 days, while it is written. */
export function PreviewPanel({ values, onTarget }: Props) {
  const api = useApi();
  const { id } = useProject();
  const ready = isComplete(values);
  // of values that are not complete yet nothing is asked, and not of those that were there before either
  const [body] = useDebouncedValue(
    ready ? JSON.stringify({ ...bodyOf(values), name: "Preview", channels: null }) : null,
    WAIT_MS,
  );
  const preview = useQuery<SlaPreview>({
    queryKey: [...watch(id), "preview of an SLA", body],
    enabled: ready && body !== null,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (
        await api<SlaPreview>("/slas/preview", {
          method: "POST",
          params: { project: id },
          body: JSON.parse(body ?? "{}") as unknown,
          signal,
        })
      ).data,
  });
  const title = "The last 30 days";
  if (!ready) {
    return (
      <Panel title={title}>
        <Empty title="Fill in the objective and the target">
          You see here at once whether it would have been kept, and how much budget would be left.
        </Empty>
      </Panel>
    );
  }
  if (preview.data === undefined) {
    return (
      <Panel title={title}>
        {preview.error === null ? (
          <Skeleton height={200} m="sm" w="auto" />
        ) : (
          <Failure what="The preview failed" error={preview.error} onRetry={() => void preview.refetch()} />
        )}
      </Panel>
    );
  }
  const { state, days, suggested_target: suggested, notes } = preview.data;
  return (
    <Page busy={preview.isPlaceholderData}>
      <Panel title={title} note="as if it had been defined then" actions={<SlaStatus state={state} />}>
        <DayStrip name="Preview" days={days} />
        {suggested !== null && String(suggested) !== values.target.trim() && (
          <p className={classes["note"]}>
            The strictest usual target that would have been met is {format(suggested, "percent")}.{" "}
            <Button size="compact-xs" variant="default" onClick={() => onTarget(suggested)}>
              Take {format(suggested, "percent")}
            </Button>
          </p>
        )}
        {notes.map((note) => (
          <p key={note} className={classes["note"]}>
            {note}
          </p>
        ))}
      </Panel>
      <BudgetPanel sla={{ name: "Preview", target: Number(values.target) }} state={state} />
    </Page>
  );
}

import { Autocomplete, Button, NativeSelect, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import type { NewRepricing, Repricing } from "../../api/costs";
import { useValues } from "../../api/useValues";
import { momentOf, wallTime } from "../../format/zone";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { errorAtField } from "../../ui/errorAtField";
import { FormError } from "../../ui/FormError";
import classes from "./Costs.module.css";
import { useCostWrite } from "./useCostWrite";

export interface RepricingChoice {
  /** null is any. */
  model: string | null;
  provider: string | null;
  /** Epoch milliseconds; null is 30 days ago. */
  start: number | null;
}

interface Values {
  from: string;
  until: string;
  which: NewRepricing["which"];
  model: string;
  reason: string;
}

const DAY_MS = 86_400_000;
const DAYS = 30;

/** Which stored calls to price anew, from the first day to the last, both with it. */
export function RepricingForm({ choice, onDone }: { choice: RepricingChoice; onDone: () => void }) {
  const { time_zone: zone } = useProject();
  const { now } = useClock();
  const start = useCostWrite<Repricing>();
  const { data: models = [] } = useValues("model");
  const dayOf = (at: number) => wallTime(at, zone).slice(0, 10);
  const form = useForm<Values>({
    mode: "controlled",
    initialValues: {
      from: dayOf(choice.start ?? now - DAYS * DAY_MS),
      until: dayOf(now),
      which: "unpriced",
      model: choice.model ?? "",
      reason: choice.model === null ? "" : `price of ${choice.model} added`,
    },
    validateInputOnChange: true,
    validate: {
      from: (day) => (day === "" ? "Choose the first day" : null),
      until: (day, { from }) => (day === "" ? "Choose the last day" : day < from ? "Before the first day" : null),
    },
  });
  const submit = ({ from, until, which, model, reason }: Values) => {
    const next = new Date(Date.parse(`${until}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
    const body: NewRepricing = {
      start: new Date(momentOf(`${from}T00:00:00`, zone)).toISOString(),
      end: new Date(momentOf(`${next}T00:00:00`, zone)).toISOString(),
      which,
      provider: choice.provider,
      model: model.trim() === "" ? null : model.trim(),
      reason: reason.trim(),
    };
    start.mutate(
      { path: "repricings", method: "POST", body },
      {
        onSuccess: () => {
          notifications.show({ message: "Calls are being priced anew" });
          onDone();
        },
        onError: (error) => errorAtField(form, error),
      },
    );
  };
  return (
    <form className={classes["form"]} aria-label="Price calls anew" onSubmit={form.onSubmit(submit)}>
      <TextInput size="xs" type="date" label="First day" {...form.getInputProps("from")} />
      <TextInput size="xs" type="date" label="Last day" {...form.getInputProps("until")} />
      <NativeSelect
        size="xs"
        label="Calls"
        data={[
          { value: "unpriced", label: "Without a cost" },
          { value: "all", label: "All, priced ones too" },
        ]}
        {...form.getInputProps("which")}
      />
      <Autocomplete
        size="xs"
        label="Model"
        placeholder="Any"
        data={models.filter((model) => model !== null)}
        limit={50}
        {...form.getInputProps("model")}
      />
      <TextInput size="xs" label="Reason" placeholder="kept with it" {...form.getInputProps("reason")} />
      <div className={classes["wide"]}>
        <FormError error={start.error} fields={Object.keys(form.values)} />
      </div>
      <div className={`${classes["buttons"] ?? ""} ${classes["wide"] ?? ""}`}>
        <Button type="submit" size="xs" loading={start.isPending}>
          Price these calls anew
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

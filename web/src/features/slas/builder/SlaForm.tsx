import { NativeSelect, Switch, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "react-router";
import type { Sla } from "../../../api/slas";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { ChannelFields } from "../../../ui/ChannelFields";
import { DraftButtons } from "../../../ui/DraftButtons";
import { DraftForm } from "../../../ui/DraftForm";
import { FilterFields } from "../../../ui/filter/FilterFields";
import { Panel } from "../../../ui/Panel";
import { useDraft } from "../../../ui/useDraft";
import classes from "../Slas.module.css";
import { PERIODS } from "../words";
import { ObjectiveFields } from "./ObjectiveFields";
import { PreviewPanel } from "./PreviewPanel";
import { bodyOf, fieldOf, problemsOf, valuesOf, type SlaValues } from "./values";

/** Defines or changes an objective; what it would say of the last 30 days stands beside it. */
export function SlaForm({ stored }: { stored: Sla | null }) {
  const href = useHref();
  const navigate = useNavigate();
  const { id: project } = useProject();
  const { draft, form, save } = useDraft<SlaValues, Sla>({
    place: `promptpulse-sla-${project}-${stored?.id ?? "new"}`,
    base: valuesOf(stored),
    problemsOf,
    fieldOf,
  });
  const target = href(stored === null ? "/slas" : `/slas/${stored.id}`);
  const submit = () => {
    const body = bodyOf(form.getValues());
    save(
      stored === null ? { path: "/slas", method: "POST", body } : { path: `/slas/${stored.id}`, method: "PATCH", body },
      (saved) => {
        notifications.show({ message: `SLA “${saved.name}” ${stored === null ? "defined" : "saved"}` });
        void navigate(href(`/slas/${saved.id}`));
      },
    );
  };
  const { values, errors } = form;
  return (
    <DraftForm
      draft={draft}
      what="SLA"
      label="SLA"
      name={values.name}
      title={stored === null ? "New SLA" : "Edit SLA"}
      back={{ to: target, label: stored === null ? "SLAs" : stored.name }}
      onSave={submit}
    >
      <div className={classes["twoColumns"]}>
        <Panel title="Objective">
          <div className={classes["form"]}>
            <TextInput size="xs" label="Name" placeholder="Support is up" {...form.getInputProps("name")} />
            <ObjectiveFields form={form} />
            <div className={classes["fields"]}>
              <TextInput
                size="xs"
                label="Target, percent good"
                inputMode="decimal"
                placeholder="99.9"
                {...form.getInputProps("target")}
              />
              <NativeSelect
                size="xs"
                label="Over"
                data={Object.entries(PERIODS).map(([value, label]) => ({ value, label }))}
                {...form.getInputProps("period")}
              />
            </div>
            <FilterFields
              where={values.where}
              error={errors["where"] as string | undefined}
              onChange={(where) => form.setFieldValue("where", where)}
            />
            <Switch
              size="xs"
              label="Alert when the error budget burns too fast, or is spent"
              {...form.getInputProps("alerts", { type: "checkbox" })}
            />
            {values.alerts && (
              <>
                <ChannelFields
                  channels={values.channels}
                  error={errors["channels"] as string | undefined}
                  onChange={(channels) => form.setFieldValue("channels", channels)}
                />
                <div className={classes["fields"]}>
                  <TextInput
                    size="xs"
                    label="Calls before it alerts"
                    description="In the long window of a pair."
                    inputMode="numeric"
                    {...form.getInputProps("minimum_calls")}
                  />
                  <TextInput
                    size="xs"
                    label="Freezes without calls, minutes"
                    description="Missing data is neither good nor bad."
                    inputMode="numeric"
                    {...form.getInputProps("no_data_minutes")}
                  />
                  <TextInput
                    size="xs"
                    label="Remind every, minutes"
                    description="While it burns; empty: never."
                    inputMode="numeric"
                    {...form.getInputProps("renotify_minutes")}
                  />
                </div>
                <Textarea
                  size="xs"
                  label="Runbook"
                  description="What to do when it alerts; goes with every message."
                  autosize
                  minRows={2}
                  maxRows={10}
                  {...form.getInputProps("runbook")}
                />
              </>
            )}
            <Textarea
              size="xs"
              label="Description"
              autosize
              minRows={1}
              maxRows={6}
              {...form.getInputProps("description")}
            />
            <DraftButtons
              draft={draft}
              does={stored === null ? "Create SLA" : "Save SLA"}
              stored={stored !== null}
              to={target}
            />
          </div>
        </Panel>
        <PreviewPanel values={values} onTarget={(percent) => form.setFieldValue("target", String(percent))} />
      </div>
    </DraftForm>
  );
}

import { Alert, Button, NativeSelect, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { ApiError } from "../../../api/client";
import type { Sla } from "../../../api/slas";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { keepValues, keptValues } from "../../../state/kept";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { BackLink } from "../../../ui/BackLink";
import { ChannelFields } from "../../../ui/ChannelFields";
import { FilterFields } from "../../../ui/filter/FilterFields";
import { FormError } from "../../../ui/FormError";
import { Panel } from "../../../ui/Panel";
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
  const write = useWatchWrite<Sla>();
  const place = `promptpulse-sla-${project}-${stored?.id ?? "new"}`;
  const [base] = useState(() => valuesOf(stored));
  const [kept, setKept] = useState(() => keptValues(window.sessionStorage, place, base, same));
  const form = useForm<SlaValues>({
    mode: "controlled",
    initialValues: kept ?? base,
    validateInputOnChange: true,
    validate: (values) => problemsOf(values),
    onValuesChange: (values) => keepValues(window.sessionStorage, place, base, values),
  });
  const target = href(stored === null ? "/slas" : `/slas/${stored.id}`);
  const forget = () => {
    window.sessionStorage.removeItem(place);
    setKept(null);
  };
  const submit = (values: SlaValues) =>
    write.mutate(
      stored === null
        ? { path: "/slas", method: "POST", body: bodyOf(values) }
        : { path: `/slas/${stored.id}`, method: "PATCH", body: bodyOf(values) },
      {
        onSuccess: (saved) => {
          forget();
          notifications.show({ message: `SLA “${saved.name}” ${stored === null ? "defined" : "saved"}` });
          void navigate(href(`/slas/${saved.id}`));
        },
        onError: (error) => {
          const field = error instanceof ApiError && error.field !== null ? fieldOf(error.field) : null;
          if (field !== null) form.setFieldError(field, error.message);
        },
      },
    );
  const { values, errors } = form;
  const refused = write.error instanceof ApiError && write.error.field !== null ? write.error.field : null;
  return (
    <div className={classes["page"]}>
      <BackLink to={target}>{stored === null ? "SLAs" : stored.name}</BackLink>
      <h1 className={classes["title"]}>{stored === null ? "Define an SLA" : "Edit SLA"}</h1>
      {kept !== null && (
        <Alert variant="light" p="xs">
          <div className={classes["buttons"]}>
            What you typed before and did not save is here again.
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                form.setValues(base);
                form.clearErrors();
                forget();
              }}
            >
              Discard it
            </Button>
          </div>
        </Alert>
      )}
      <div className={classes["twoColumns"]}>
        <Panel title="Objective">
          <form className={classes["form"]} aria-label="SLA" noValidate onSubmit={form.onSubmit(submit)}>
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
            <FormError error={write.error} fields={refused !== null && fieldOf(refused) !== null ? [refused] : []} />
            <div className={classes["buttons"]}>
              <Button
                type="submit"
                size="xs"
                loading={write.isPending}
                disabled={stored !== null && same(values, base)}
              >
                {stored === null ? "Define SLA" : "Save SLA"}
              </Button>
              <Button component={Link} to={target} size="xs" variant="default" onClick={forget}>
                Cancel
              </Button>
            </div>
          </form>
        </Panel>
        <PreviewPanel values={values} onTarget={(percent) => form.setFieldValue("target", String(percent))} />
      </div>
    </div>
  );
}

function same(a: SlaValues, b: SlaValues): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

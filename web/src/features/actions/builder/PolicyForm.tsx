import { Alert, Button, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import type { Policy } from "../../../api/actions";
import { ApiError } from "../../../api/client";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { keepValues, keptValues } from "../../../state/kept";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { BackLink } from "../../../ui/BackLink";
import { FormError } from "../../../ui/FormError";
import { Panel } from "../../../ui/Panel";
import classes from "../Actions.module.css";
import { policyText } from "../words";
import { ActionFields } from "./ActionFields";
import { LimitFields } from "./LimitFields";
import { TriggerFields } from "./TriggerFields";
import { bodyOf, fieldOf, problemsOf, valuesOf, type PolicyValues } from "./values";

/** Makes or changes a policy: when, what, within which limits. A new one is a dry run. */
export function PolicyForm({ stored }: { stored: Policy | null }) {
  const href = useHref();
  const navigate = useNavigate();
  const { id: project } = useProject();
  const write = useWatchWrite<Policy>();
  const place = `promptpulse-policy-${project}-${stored?.id ?? "new"}`;
  const [base] = useState(() => valuesOf(stored));
  const [kept, setKept] = useState(() => keptValues(window.sessionStorage, place, base, same));
  const form = useForm<PolicyValues>({
    mode: "controlled",
    initialValues: kept ?? base,
    validateInputOnChange: true,
    validate: (values) => problemsOf(values),
    // a secret is never kept in the browser
    onValuesChange: (values) => keepValues(window.sessionStorage, place, base, { ...values, secret: "" }),
  });
  const target = href(stored === null ? "/actions" : `/actions/${stored.id}`);
  const forget = () => {
    window.sessionStorage.removeItem(place);
    setKept(null);
  };
  const submit = (values: PolicyValues) =>
    write.mutate(
      stored === null
        ? { path: "/policies", method: "POST", body: bodyOf(values) }
        : { path: `/policies/${stored.id}`, method: "PATCH", body: bodyOf(values) },
      {
        onSuccess: (saved) => {
          forget();
          notifications.show({
            message: stored === null ? `Policy “${saved.name}” made; it is a dry run` : `Policy “${saved.name}” saved`,
          });
          void navigate(href(`/actions/${saved.id}`));
        },
        onError: (error) => {
          const field = error instanceof ApiError && error.field !== null ? fieldOf(error.field) : null;
          if (field !== null) form.setFieldError(field, error.message);
        },
      },
    );
  const refused = write.error instanceof ApiError && write.error.field !== null ? write.error.field : null;
  return (
    <div className={classes["page"]}>
      <BackLink to={target}>{stored === null ? "Actions" : stored.name}</BackLink>
      <h1 className={classes["title"]}>{stored === null ? "New policy" : "Edit policy"}</h1>
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
      <Panel title="Policy" note={policyText(bodyOf(form.values))}>
        <form className={classes["form"]} aria-label="Policy" noValidate onSubmit={form.onSubmit(submit)}>
          <TextInput
            size="xs"
            label="Name"
            placeholder="Bad version of support-reply"
            {...form.getInputProps("name")}
          />
          <h3>When</h3>
          <TriggerFields form={form} />
          <h3>Then</h3>
          <ActionFields form={form} hasSecret={stored?.has_secret === true} />
          <h3>Within these limits</h3>
          <LimitFields form={form} />
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
              disabled={stored !== null && same(form.values, base)}
            >
              {stored === null ? "Make policy" : "Save policy"}
            </Button>
            <Button component={Link} to={target} size="xs" variant="default" onClick={forget}>
              Cancel
            </Button>
            {stored === null && (
              <span className={classes["under"]}>It only says what it would do until you let it act.</span>
            )}
          </div>
        </form>
      </Panel>
    </div>
  );
}

function same(a: PolicyValues, b: PolicyValues): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

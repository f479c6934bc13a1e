import { Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "react-router";
import type { Policy } from "../../../api/actions";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import cells from "../../../ui/cells.module.css";
import { DraftButtons } from "../../../ui/DraftButtons";
import { DraftForm } from "../../../ui/DraftForm";
import { Panel } from "../../../ui/Panel";
import { useDraft } from "../../../ui/useDraft";
import classes from "../Actions.module.css";
import { policyText } from "../words";
import { ActionFields } from "./ActionFields";
import { LimitFields } from "./LimitFields";
import { TriggerFields } from "./TriggerFields";
import { bodyOf, fieldOf, problemsOf, valuesOf, type PolicyValues } from "./values";

/** A secret is never kept in the browser. */
const withoutSecret = (values: PolicyValues) => ({ ...values, secret: "" });

/** Makes or changes a policy: when, what, within which limits. A new one is a dry run. */
export function PolicyForm({ stored }: { stored: Policy | null }) {
  const href = useHref();
  const navigate = useNavigate();
  const { id: project } = useProject();
  const { draft, form, save } = useDraft<PolicyValues, Policy>({
    place: `promptpulse-policy-${project}-${stored?.id ?? "new"}`,
    base: valuesOf(stored),
    problemsOf,
    fieldOf,
    keeps: withoutSecret,
  });
  const target = href(stored === null ? "/actions" : `/actions/${stored.id}`);
  const submit = () => {
    const body = bodyOf(form.getValues());
    save(
      stored === null
        ? { path: "/policies", method: "POST", body }
        : { path: `/policies/${stored.id}`, method: "PATCH", body },
      (saved) => {
        notifications.show({
          message: stored === null ? `Policy “${saved.name}” made; it is a dry run` : `Policy “${saved.name}” saved`,
        });
        void navigate(href(`/actions/${saved.id}`));
      },
    );
  };
  return (
    <DraftForm
      draft={draft}
      what="policy"
      label="Policy"
      name={form.values.name}
      title={stored === null ? "New policy" : "Edit policy"}
      lead={policyText(bodyOf(form.values))}
      back={{ to: target, label: stored === null ? "Actions" : stored.name }}
      onSave={submit}
    >
      <Panel title="Policy">
        <div className={classes["form"]}>
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
          <DraftButtons
            draft={draft}
            does={stored === null ? "Create policy" : "Save policy"}
            stored={stored !== null}
            to={target}
          >
            {stored === null && (
              <span className={cells["under"]}>It only says what it would do until you let it act.</span>
            )}
          </DraftButtons>
        </div>
      </Panel>
    </DraftForm>
  );
}

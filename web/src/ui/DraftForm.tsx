import { Alert, Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { BackLink } from "./BackLink";
import { LeaveGuard } from "./LeaveGuard";
import { Page } from "./Page";
import { PageHead } from "./PageHead";
import type { Draft } from "./useDraft";

interface Props<Values> {
  draft: Draft<Values>;
  /** What it makes, in a word: "alert". */
  what: string;
  label: string;
  /** Of the thing, as it is typed. */
  name: string;
  title: string;
  lead?: ReactNode;
  back: { to: string; label: string };
  onSave: () => void;
  children: ReactNode;
}

/** The page of a form: where it came from, what was typed before, its fields, and a question before they are left. */
export function DraftForm<Values extends object>(props: Props<Values>) {
  const { draft, what, label, name, title, lead, back, onSave, children } = props;
  const submit = draft.form.onSubmit(onSave, draft.point);
  return (
    <form id={draft.formId} aria-label={label} noValidate onSubmit={submit}>
      <Page>
        <BackLink to={back.to}>{back.label}</BackLink>
        <PageHead title={title} lead={lead} />
        {draft.found && (
          <Alert variant="light" p="xs">
            <Group gap="xs">
              What you typed before and did not save is here again.
              <Button size="compact-xs" variant="default" onClick={draft.discard}>
                Discard it
              </Button>
            </Group>
          </Alert>
        )}
        {children}
      </Page>
      <LeaveGuard active={draft.dirty && !draft.left} what={what} name={name} onSave={() => submit()} />
    </form>
  );
}

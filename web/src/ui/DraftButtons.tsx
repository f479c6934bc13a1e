import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { FormError } from "./FormError";
import type { Draft } from "./useDraft";

interface Props<Values> {
  draft: Draft<Values>;
  /** What saving does: "Save SLA". */
  does: string;
  /** There is nothing to save until something is changed. */
  stored: boolean;
  /** Where Cancel leads. */
  to: string;
  children?: ReactNode;
}

/** What ends a form, and what the server said of it as a whole. */
export function DraftButtons<Values>({ draft, does, stored, to, children }: Props<Values>) {
  return (
    <>
      <FormError error={draft.error} fields={draft.shownAt} />
      <Group gap="xs">
        <Button type="submit" size="xs" loading={draft.pending} disabled={stored && !draft.dirty}>
          {does}
        </Button>
        <Button component={Link} to={to} size="xs" variant="default" onClick={draft.forget} data-leaves>
          Cancel
        </Button>
        {children}
      </Group>
    </>
  );
}

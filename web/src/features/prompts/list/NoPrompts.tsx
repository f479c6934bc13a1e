import { Button } from "@mantine/core";
import { useProject } from "../../../state/ProjectContext";
import { Empty } from "../../../ui/Empty";
import { Snippet } from "../../../ui/Snippet";
import { useRegistryChange } from "../useRegistryChange";
import { FormError } from "../../../ui/FormError";
import type { ListState } from "./listState";
import classes from "./NoPrompts.module.css";

interface Props {
  state: ListState;
  onChange: (part: Partial<ListState>) => void;
}

/** Why the list is empty, and how to fill it: by the form, by one click, by a program. */
export function NoPrompts({ state, onChange }: Props) {
  const { role } = useProject();
  const create = useRegistryChange<unknown>();
  if (state.search !== "") {
    return (
      <Empty title={`No prompt has “${state.search}” in its name, description or tags`}>
        {state.archived ? "Only the archive is searched." : "The archive is not searched."}
      </Empty>
    );
  }
  if (state.archived) {
    return (
      <Empty title="The archive is empty">
        Prompts that are no longer worked on are archived on their page. Programs are still served what they were.
      </Empty>
    );
  }
  return (
    <Empty title="No prompts yet">
      <p className={classes["lead"]}>
        The registry keeps the versions of a prompt and serves the one that is deployed, so that a prompt changes, and
        is rolled back, without a release of the program.
      </p>
      {role === "viewer" ? (
        <p className={classes["lead"]}>Editors and admins make prompts.</p>
      ) : (
        <>
          <div className={classes["ways"]}>
            <Button size="xs" onClick={() => onChange({ create: "" })}>
              Write the first prompt
            </Button>
            <Button
              size="xs"
              variant="default"
              loading={create.isPending}
              onClick={() => create.mutate({ path: "/prompts", body: EXAMPLE })}
            >
              Make an example
            </Button>
          </div>
          <FormError error={create.error} fields={[]} />
          <p className={classes["lead"]}>Or from a program, with a key that manages the project:</p>
          <div className={classes["snippet"]}>
            <Snippet label="curl snippet" code={curl(window.location.origin)} />
          </div>
        </>
      )}
    </Empty>
  );
}

const EXAMPLE = {
  name: "greeting",
  type: "text",
  content: "Greet {{customer}} in {{language}}, in one friendly sentence.",
  config: { model: "gpt-4o-mini", temperature: 0.3 },
  message: "An example to begin with",
};

function curl(endpoint: string): string {
  return `curl ${endpoint}/api/v1/prompts \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"name": "greeting", "type": "text",
       "content": "Greet {{customer}} in one sentence."}'`;
}

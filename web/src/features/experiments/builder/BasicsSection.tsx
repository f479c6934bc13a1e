import { Textarea, TextInput } from "@mantine/core";
import { Panel } from "../../../ui/Panel";
import classes from "./Builder.module.css";
import type { ExperimentFormState } from "./form";
import { Locked } from "./Locked";
import type { Locks } from "./locks";

interface Props {
  form: ExperimentFormState;
  locks: Locks;
}

export function BasicsSection({ form, locks }: Props) {
  return (
    <Panel title="What is tried">
      <div className={classes["fields"]}>
        <TextInput
          label="Title"
          description="Programs ask for the experiment by it."
          placeholder="Shorter greeting"
          required
          disabled={locks.is("title")}
          {...form.getInputProps("title")}
        />
        <Locked locks={locks} part="title" />
        <Textarea
          label="Hypothesis"
          description="What you expect, and why. It is shown beside the result."
          placeholder="A greeting of one sentence gets better ratings, because people read it."
          autosize
          minRows={2}
          maxRows={8}
          {...form.getInputProps("hypothesis")}
        />
      </div>
    </Panel>
  );
}

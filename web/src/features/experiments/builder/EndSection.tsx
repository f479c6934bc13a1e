import { NumberInput, Switch, TextInput } from "@mantine/core";
import { useProject } from "../../../state/ProjectContext";
import { Panel } from "../../../ui/Panel";
import classes from "./Builder.module.css";
import type { ExperimentFormState } from "./form";

interface Props {
  form: ExperimentFormState;
  unit: "user" | "session";
}

/** What says that it is time to conclude. */
export function EndSection({ form, unit }: Props) {
  const { time_zone: zone } = useProject();
  return (
    <Panel title="When it ends">
      <div className={classes["fields"]}>
        <p className={classes["hint"]}>
          The first that is reached tells you that it is time. Nothing stops by itself: you conclude it.
        </p>
        <div className={classes["pair"]}>
          <NumberInput
            label={`Number of ${unit}s`}
            description="In all variants together."
            placeholder="None"
            thousandSeparator=","
            hideControls
            {...form.getInputProps("sample_goal")}
            onChange={(value) => form.setFieldValue("sample_goal", typeof value === "number" ? value : "")}
          />
          <TextInput
            type="datetime-local"
            label="End date"
            description={`On the clock of ${zone.replaceAll("_", " ")}.`}
            {...form.getInputProps("end_at")}
          />
        </div>
        <Switch
          label="When a decision is reached"
          description="As soon as the statistics can tell the variants apart, or that they do not differ."
          {...form.getInputProps("on_decision", { type: "checkbox" })}
        />
      </div>
    </Panel>
  );
}

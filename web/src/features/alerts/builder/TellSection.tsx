import { Input, SegmentedControl, TextInput } from "@mantine/core";
import type { Severity } from "../../../api/alerts";
import { ChannelFields } from "../../../ui/ChannelFields";
import { Panel } from "../../../ui/Panel";
import { SEVERITIES, SEVERITY_WORD } from "../../../ui/severityWord";
import classes from "./Builder.module.css";
import type { PartProps } from "./form";

interface Props extends Omit<PartProps, "unit"> {
  /** Of a rule to which nobody gives one. */
  ownName: string;
}

/** Severity, channels, name. */
export function TellSection({ form, errorOf, ownName }: Props) {
  return (
    <Panel title="Who is told">
      <div className={classes["body"]}>
        <Input.Wrapper size="xs" label="Severity" component="div" labelElement="div" error={errorOf("severity")}>
          <SegmentedControl<Severity>
            size="xs"
            fullWidth
            aria-label="Severity"
            className={classes["severities"] ?? ""}
            value={form.values.severity}
            data={SEVERITIES.map((value) => ({ value, label: SEVERITY_WORD[value] }))}
            onChange={(severity) => form.setFieldValue("severity", severity)}
          />
        </Input.Wrapper>
        <ChannelFields
          channels={form.values.channels}
          error={errorOf("channels")}
          onChange={(channels) => form.setFieldValue("channels", channels)}
        />
        <TextInput
          size="xs"
          label="Name"
          description="As messages and lists call it. Left empty, it is what the rule says."
          placeholder={ownName}
          maxLength={100}
          {...form.getInputProps("name")}
          error={errorOf("name")}
        />
      </div>
    </Panel>
  );
}

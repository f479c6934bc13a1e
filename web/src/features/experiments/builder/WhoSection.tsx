import { Button, NumberInput, Radio, Slider } from "@mantine/core";
import { randomId } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { Panel } from "../../../ui/Panel";
import classes from "./Builder.module.css";
import { ConditionRow } from "./ConditionRow";
import type { ExperimentFormState } from "./form";
import { Locked } from "./Locked";
import type { Locks } from "./locks";
import { newCondition } from "./values";

const MOST = 50;

interface Props {
  form: ExperimentFormState;
  locks: Locks;
}

/** Who takes part: the unit, its share, and conditions on its context. */
export function WhoSection({ form, locks }: Props) {
  const { traffic, targeting, unit } = form.values;
  const locked = locks.is("targeting");
  return (
    <Panel title="Who takes part">
      <div className={classes["fields"]}>
        <Radio.Group label="Each gets one variant and keeps it" {...form.getInputProps("unit")}>
          <div className={classes["radios"]}>
            <Radio value="user" label="User" disabled={locks.is("unit")} />
            <Radio value="session" label="Session" disabled={locks.is("unit")} />
          </div>
        </Radio.Group>
        <Locked locks={locks} part="unit" />
        <div>
          <span className={classes["label"]} id="traffic-label">
            Share of the {unit}s that take part
          </span>
          <div className={classes["weight"]}>
            <Slider
              size="sm"
              min={1}
              max={100}
              step={1}
              label={null}
              className={classes["slider"] ?? ""}
              thumbLabel={`Share of the ${unit}s that take part`}
              thumbProps={{ "aria-valuetext": `${traffic} percent` }}
              value={traffic === "" ? 100 : traffic}
              onChange={(value) => form.setFieldValue("traffic", value)}
            />
            <NumberInput
              size="xs"
              w={88}
              suffix=" %"
              decimalScale={1}
              hideControls
              aria-label={`Share of the ${unit}s that take part, percent`}
              {...form.getInputProps("traffic")}
              onChange={(value) => form.setFieldValue("traffic", typeof value === "number" ? value : "")}
            />
          </div>
        </div>
        <Locked locks={locks} part="traffic" />
        <fieldset className={classes["group"]}>
          <legend className={classes["label"]}>Targeting</legend>
          <p className={classes["hint"]}>
            {targeting.length === 0
              ? `Every ${unit} may take part. Add conditions on the context that your program sends, such as a plan or a country.`
              : "All must hold. Whoever does not match is served the control and is not counted."}
          </p>
          <Locked locks={locks} part="targeting" />
          {targeting.map((condition, place) => (
            <ConditionRow
              key={condition.key}
              form={form}
              place={place}
              condition={condition}
              locked={locked}
              onRemove={() => {
                form.clearErrors();
                form.removeListItem("targeting", place);
              }}
            />
          ))}
          {!locked && targeting.length < MOST && (
            <div>
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<IconPlus size={14} aria-hidden />}
                onClick={() => form.insertListItem("targeting", newCondition(randomId("row")))}
              >
                Add a condition
              </Button>
            </div>
          )}
        </fieldset>
      </div>
    </Panel>
  );
}

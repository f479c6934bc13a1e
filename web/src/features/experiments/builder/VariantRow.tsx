import { ActionIcon, NumberInput, Select, Slider, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { Prompt, PromptVersion } from "../../../api/types";
import { colourAt } from "../../../charts/palette";
import { useScheme } from "../../../charts/useScheme";
import { Swatch } from "../../../ui/Swatch";
import { useVersionChoices } from "../useVersionChoices";
import classes from "./Builder.module.css";
import type { ExperimentFormState } from "./form";
import type { VariantValues } from "./values";

interface Props {
  form: ExperimentFormState;
  place: number;
  variant: VariantValues;
  prompts: readonly Prompt[];
  locked: boolean;
  onChange: (part: Partial<VariantValues>) => void;
  onPrompt: (name: string) => void;
  onWeight: (weight: number) => void;
  /** null where it cannot be removed. */
  onRemove: (() => void) | null;
  /** An earlier variant that serves the same. */
  sameAs: string | null;
}

/** "" in the list of versions. */
const NOW_SERVED = "now";

export function VariantRow(props: Props) {
  const { form, place, variant, prompts, locked, onChange, onPrompt, onWeight, onRemove, sameAs } = props;
  const scheme = useScheme();
  const prompt = prompts.find(({ name }) => name === variant.prompt);
  const versions = useVersionChoices(prompt?.id ?? null);
  const number = place + 1;
  const names = prompts.map(({ name }) => name);
  return (
    <li className={classes["variant"]}>
      <div className={classes["variantHead"]}>
        <Swatch place={place} />
        <span>{place === 0 ? "Control" : `Variant ${number}`}</span>
        {onRemove !== null && (
          <ActionIcon
            variant="subtle"
            color="gray"
            className={classes["remove"] ?? ""}
            onClick={onRemove}
            aria-label={`Remove variant ${variant.name}`}
          >
            <IconTrash size={15} aria-hidden />
          </ActionIcon>
        )}
      </div>
      <div className={classes["variantFields"]}>
        <TextInput
          size="xs"
          label="Name"
          disabled={locked}
          aria-label={`Name of variant ${number}`}
          {...form.getInputProps(`variants.${place}.name`)}
        />
        <Select
          size="xs"
          label="Prompt"
          aria-label={`Prompt of variant ${number}`}
          placeholder="Choose a prompt"
          searchable
          allowDeselect={false}
          disabled={locked}
          limit={100}
          nothingFoundMessage="No prompt of this name"
          data={variant.prompt === "" || names.includes(variant.prompt) ? names : [variant.prompt, ...names]}
          value={variant.prompt === "" ? null : variant.prompt}
          error={form.errors[`variants.${place}.prompt`]}
          onChange={(name) => name !== null && onPrompt(name)}
        />
        <Select
          size="xs"
          label="Version"
          aria-label={`Version of variant ${number}`}
          placeholder="Choose a version"
          allowDeselect={false}
          searchable
          disabled={locked || prompt === undefined}
          data={versionChoices(prompt, versions.data, variant.version)}
          value={variant.version === null ? NOW_SERVED : String(variant.version)}
          error={form.errors[`variants.${place}.version`]}
          onChange={(value) => value !== null && onChange({ version: value === NOW_SERVED ? null : Number(value) })}
        />
      </div>
      <div className={classes["weight"]}>
        <span className={classes["weightLabel"]} aria-hidden>
          Weight
        </span>
        <Slider
          size="sm"
          min={0}
          max={100}
          step={1}
          value={variant.weight}
          onChange={(weight) => onWeight(Math.round(weight))}
          label={null}
          color={colourAt(place, scheme)}
          thumbLabel={`Weight of ${variant.name}`}
          thumbProps={{ "aria-valuetext": `${variant.weight} percent` }}
          className={classes["slider"] ?? ""}
        />
        <NumberInput
          size="xs"
          w={88}
          suffix=" %"
          min={0.1}
          max={99.9}
          decimalScale={1}
          hideControls
          clampBehavior="none"
          aria-label={`Weight of ${variant.name}, percent`}
          value={variant.weight}
          error={form.errors[`variants.${place}.weight`]}
          onBlur={(event) => {
            const typed = Number.parseFloat(event.currentTarget.value.replace(",", "."));
            if (Number.isFinite(typed) && typed !== variant.weight) onWeight(typed);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault(); // of the form: the number is taken first
            event.currentTarget.blur();
          }}
        />
      </div>
      {sameAs !== null && (
        <p className={classes["hint"]}>Serves the same as {sameAs}: an A/A test, which should find no difference.</p>
      )}
    </li>
  );
}

function versionChoices(
  prompt: Prompt | undefined,
  versions: readonly PromptVersion[] | undefined,
  chosen: number | null,
) {
  if (prompt === undefined) return [];
  const served = prompt.deployed["production"];
  const numbers =
    versions?.map(({ number }) => number) ??
    Array.from({ length: prompt.latest_version }, (_, i) => prompt.latest_version - i);
  const listed = chosen === null || numbers.includes(chosen) ? numbers : [chosen, ...numbers];
  const choices = listed.map((number) => {
    const marks = [
      ...(number === served ? ["production"] : []),
      ...(number === prompt.latest_version ? ["latest"] : []),
      ...messageOf(versions, number),
    ];
    return { value: String(number), label: `v${number}${marks.length === 0 ? "" : ` · ${marks.join(" · ")}`}` };
  });
  return chosen === null && served !== undefined
    ? [{ value: NOW_SERVED, label: `Served now (v${served})` }, ...choices]
    : choices;
}

function messageOf(versions: readonly PromptVersion[] | undefined, number: number): string[] {
  const message = versions?.find((one) => one.number === number)?.message ?? "";
  return message === "" ? [] : [message.length > 40 ? `${message.slice(0, 39)}…` : message];
}

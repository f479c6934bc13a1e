import { Button } from "@mantine/core";
import { randomId } from "@mantine/hooks";
import { IconEqual, IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Prompt } from "../../../api/types";
import { useHref } from "../../../state/useHref";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { Panel } from "../../../ui/Panel";
import { usePrompts } from "../../prompts/usePrompts";
import classes from "./Builder.module.css";
import type { ExperimentFormState } from "./form";
import { Locked } from "./Locked";
import type { Locks } from "./locks";
import { newVariant, type VariantValues } from "./values";
import { VariantRow } from "./VariantRow";
import { equalWeights, isEqual, rebalanced, withOneMore, withoutOne } from "./weights";

const MOST = 10;
const LEAST = 2;

interface Props {
  form: ExperimentFormState;
  locks: Locks;
}

/** What is served to whom: two to ten versions of prompts, the first is what the others are compared with. */
export function VariantsSection({ form, locks }: Props) {
  const href = useHref();
  const prompts = usePrompts({ archived: false });
  const { variants } = form.values;
  const weights = variants.map(({ weight }) => weight);
  const locked = locks.is("variants");

  const promptOf = (name: string) => prompts.data?.rows.find((one) => one.name === name);
  const setAll = (next: VariantValues[]) => {
    form.setFieldValue("variants", next);
  };
  const setWeights = (next: readonly number[], of: readonly VariantValues[] = variants) =>
    setAll(of.map((variant, place) => ({ ...variant, weight: next[place] ?? variant.weight })));
  const change = (place: number, part: Partial<VariantValues>) => {
    setAll(variants.map((variant, other) => (other === place ? { ...variant, ...part } : variant)));
    for (const name of Object.keys(part)) form.clearFieldError(`variants.${place}.${name}`);
  };
  const choosePrompt = (place: number, name: string) => {
    const prompt = promptOf(name);
    const versionFor = (other: number) =>
      prompt === undefined ? null : other === 0 ? (prompt.deployed["production"] ?? null) : prompt.latest_version;
    // the first choice is most often that of all
    const follows = (variant: VariantValues, other: number) => other === place || variant.prompt === "";
    setAll(
      variants.map((variant, other) =>
        follows(variant, other) ? { ...variant, prompt: name, version: versionFor(other) } : variant,
      ),
    );
    variants.forEach((_, other) => form.clearFieldError(`variants.${other}.prompt`));
  };
  const add = () => {
    const last = variants.at(-1);
    const added = newVariant(randomId("row"), variants.length, 0, last?.prompt ?? "");
    const version = promptOf(added.prompt)?.latest_version ?? null;
    setWeights(withOneMore(weights), [...variants, { ...added, version }]);
  };
  const remove = (place: number) => {
    form.clearErrors();
    setWeights(
      withoutOne(weights, place),
      variants.filter((_, other) => other !== place),
    );
  };

  return (
    <Panel
      title="Variants"
      note="the first is the control"
      actions={
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconEqual size={14} aria-hidden />}
          disabled={isEqual(weights)}
          onClick={() => setWeights(equalWeights(variants.length))}
        >
          Equal weights
        </Button>
      }
    >
      {prompts.error !== null && prompts.data === undefined && (
        <Failure what="The prompts could not be loaded" error={prompts.error} onRetry={() => void prompts.refetch()} />
      )}
      {prompts.data?.total === 0 && (
        <Empty title="There are no prompts yet">
          A variant serves a version of a prompt. <Link to={href("/prompts")}>Make a prompt</Link> first; what you typed
          here is kept.
        </Empty>
      )}
      <div className={classes["fields"]}>
        <Locked locks={locks} part="variants" />
        <Locked locks={locks} part="weights" />
        <ol className={classes["variants"]}>
          {variants.map((variant, place) => (
            <VariantRow
              key={variant.key}
              form={form}
              place={place}
              variant={variant}
              prompts={prompts.data?.rows ?? []}
              locked={locked}
              onChange={(part) => change(place, part)}
              onPrompt={(name) => choosePrompt(place, name)}
              onWeight={(weight) => setWeights(rebalanced(weights, place, weight))}
              onRemove={variants.length > LEAST && !locked ? () => remove(place) : null}
              sameAs={sameAs(variants, place, promptOf)}
            />
          ))}
        </ol>
        {form.errors["variants"] !== undefined && (
          <p className={classes["problem"]} role="alert">
            {form.errors["variants"]}
          </p>
        )}
        {!locked && (
          <div>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              disabled={variants.length >= MOST}
              onClick={add}
            >
              {variants.length >= MOST ? `At most ${MOST} variants` : "Add a variant"}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

/** Name of an earlier variant that serves the same. */
function sameAs(
  variants: readonly VariantValues[],
  place: number,
  promptOf: (name: string) => Prompt | undefined,
): string | null {
  const own = variants[place];
  if (own === undefined || own.prompt === "") return null;
  const versionOf = ({ prompt, version }: VariantValues) => version ?? promptOf(prompt)?.deployed["production"];
  const other = variants
    .slice(0, place)
    .find((variant) => variant.prompt === own.prompt && versionOf(variant) === versionOf(own));
  return other?.name ?? null;
}

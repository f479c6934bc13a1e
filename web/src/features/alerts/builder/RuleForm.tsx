import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import type { Backtest, NewRule, Rule, RuleTemplate } from "../../../api/alerts";
import { ApiError } from "../../../api/client";
import { useCatalogue } from "../../../api/useCatalogue";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { DraftButtons } from "../../../ui/DraftButtons";
import { DraftForm } from "../../../ui/DraftForm";
import { useDraft } from "../../../ui/useDraft";
import { asTried, useBacktest } from "../useBacktest";
import { useDimensionLabels } from "../useDimensionLabels";
import { ruleText } from "../words";
import { BacktestPanel } from "./BacktestPanel";
import classes from "./Builder.module.css";
import { MoreSection } from "./MoreSection";
import { fieldOf, IN_MORE, problemsOf } from "./problems";
import { TellSection } from "./TellSection";
import { TemplateMenu } from "./TemplateMenu";
import { bodyOf, changeOf, hasMore, valuesOf, type RuleValues } from "./values";
import { WatchSection } from "./WatchSection";

/** Typing is over when nothing was typed for so long, milliseconds. */
const PAUSE_MS = 600;
const LONGEST_NAME = 100;

interface Props {
  /** The rule that is changed; null for a new one. */
  stored: Rule | null;
  /** What the form begins with. */
  base: RuleValues;
}

/** The form of a rule, and beside it what the rule would have done. */
export function RuleForm({ stored, base: given }: Props) {
  const { id: project } = useProject();
  const href = useHref();
  const navigate = useNavigate();
  const { data: catalogue } = useCatalogue();
  const dimensions = useDimensionLabels();
  const [opened, setOpened] = useState<boolean | null>(null);
  const [days, setDays] = useState(30);
  const { draft, form, save } = useDraft<RuleValues, Rule>({
    place: `promptpulse-rule:${project}:${stored?.id ?? "new"}`,
    base: given,
    problemsOf,
    fieldOf,
    onWrong: (fields) => {
      if (fields.some((field) => IN_MORE.has(field))) setOpened(true);
    },
  });
  const { values } = form;

  // by its text: the same rule in another object is not another trial
  const text = complete(values) ? JSON.stringify(asTried(bodyOf(values, ""))) : null;
  const [settledText] = useDebouncedValue(text, PAUSE_MS);
  const rule = useMemo(() => (settledText === null ? null : (JSON.parse(settledText) as NewRule)), [settledText]);
  const trial = useBacktest(rule, days);

  const unit = catalogue?.get(values.metric)?.unit ?? trial.data?.unit ?? "number";
  const label = catalogue?.get(values.metric)?.label ?? trial.data?.metric_label ?? values.metric.replace(/^=\s*/, "");
  const says = text === null ? "" : ruleText(bodyOf(values, ""), label, unit, dimensions);
  const ownName = says.slice(0, LONGEST_NAME);
  const target = href(stored === null ? "/alerts" : `/alerts/${stored.id}`, stored === null ? { tab: "rules" } : {});
  const more = opened ?? hasMore(draft.start);

  const refused = trial.error instanceof ApiError && trial.error.field !== null ? trial.error : null;
  const errorOf = (field: keyof RuleValues): string | null => {
    const own = form.errors[field];
    if (typeof own === "string") return own;
    return refused?.field != null && settledText === text && fieldOf(refused.field) === field ? refused.message : null;
  };

  const begin = (next: RuleValues) => {
    draft.begin(next);
    setOpened(hasMore(next));
  };
  const submit = () =>
    save(
      stored === null
        ? { path: "/rules", method: "POST", body: bodyOf(form.getValues(), ownName) }
        : { path: `/rules/${stored.id}`, method: "PATCH", body: changeOf(draft.base, form.getValues(), ownName) },
      (saved) => {
        notifications.show({ message: `Alert “${saved.name}” saved` });
        void navigate(href(`/alerts/${saved.id}`));
      },
    );
  const suggest = ({ field, value }: NonNullable<Backtest["suggestion"]>) =>
    form.setFieldValue(field === "minutes" ? "no_data_minutes" : field, value);
  const part = { form, errorOf, unit };
  return (
    <DraftForm
      draft={draft}
      what="alert"
      label="Alert"
      name={values.name}
      title={stored === null ? "New alert" : "Edit alert"}
      lead={says === "" ? "A rule that tells people when a metric is wrong." : `${says}.`}
      back={{ to: target, label: stored === null ? "Alerts" : stored.name }}
      onSave={submit}
    >
      <div className={classes["columns"]}>
        <div className={classes["sections"]}>
          <WatchSection
            {...part}
            actions={
              stored === null && <TemplateMenu onChoose={(template: RuleTemplate) => begin(valuesOf(template.rule))} />
            }
          />
          <TellSection {...part} ownName={ownName} />
          <MoreSection {...part} opened={more} onToggle={setOpened} />
          <DraftButtons
            draft={draft}
            does={stored === null ? "Create alert" : "Save alert"}
            stored={stored !== null}
            to={target}
          />
        </div>
        <aside className={classes["aside"]} aria-label="Trial of the rule">
          <BacktestPanel
            trial={trial}
            complete={text !== null}
            settled={settledText === text && !trial.isPlaceholderData}
            where={values.where}
            days={days}
            onDays={setDays}
            onSuggestion={suggest}
          />
        </aside>
      </div>
    </DraftForm>
  );
}

/** A name and channels are not needed to try a rule. */
function complete(values: RuleValues): boolean {
  return Object.keys(problemsOf(values)).every((field) => field === "name" || field === "channels");
}

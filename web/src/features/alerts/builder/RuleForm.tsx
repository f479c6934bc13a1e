import { Alert, Button } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useId, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import { Link, useNavigate } from "react-router";
import type { Backtest, NewRule, Rule, RuleTemplate } from "../../../api/alerts";
import { ApiError } from "../../../api/client";
import { useCatalogue } from "../../../api/useCatalogue";
import { useWatchWrite } from "../../../api/useWatchWrite";
import { keepValues, keptValues } from "../../../state/kept";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { BackLink } from "../../../ui/BackLink";
import { FormError } from "../../../ui/FormError";
import { LeaveGuard } from "../../../ui/LeaveGuard";
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
  const write = useWatchWrite<Rule>();
  const formId = useId();
  const { data: catalogue } = useCatalogue();
  const dimensions = useDimensionLabels();
  const [base] = useState(given);
  const place = `promptpulse-rule:${project}:${stored?.id ?? "new"}`;
  const [kept, setKept] = useState(() => keptValues(window.sessionStorage, place, base, same));
  const [left, setLeft] = useState(false);
  const [days, setDays] = useState(30);
  const form = useForm<RuleValues>({
    mode: "controlled",
    initialValues: kept ?? base,
    validateInputOnChange: true,
    validate: (values) => problemsOf(values),
    onValuesChange: (values) => {
      keepValues(window.sessionStorage, place, base, values);
    },
  });
  const { values } = form;
  const [more, setMore] = useState(() => hasMore(values));

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
  const dirty = !same(values, base);

  const refused = trial.error instanceof ApiError && trial.error.field !== null ? trial.error : null;
  const errorOf = (field: keyof RuleValues): string | null => {
    const own = form.errors[field];
    if (typeof own === "string") return own;
    return refused?.field != null && settledText === text && fieldOf(refused.field) === field ? refused.message : null;
  };

  const forget = () => {
    window.sessionStorage.removeItem(place);
    setKept(null);
  };
  const begin = (next: RuleValues) => {
    form.setValues(next);
    form.clearErrors();
    setMore(hasMore(next));
  };
  const discard = () => {
    begin(base);
    forget();
  };
  const focusFirstError = () => {
    if (Object.keys(problemsOf(form.getValues())).some((field) => IN_MORE.has(field as keyof RuleValues)))
      setMore(true);
    // once the messages of a check are drawn
    requestAnimationFrame(() =>
      document.getElementById(formId)?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(),
    );
  };
  const refuse = (error: Error) => {
    setLeft(false);
    const field = error instanceof ApiError && error.field !== null ? fieldOf(error.field) : null;
    if (field === null) return;
    flushSync(() => {
      form.setFieldError(field, error.message); // drawn before it is looked for
      if (IN_MORE.has(field)) setMore(true);
    });
    focusFirstError();
  };
  const save = () => {
    const sent =
      stored === null
        ? ({ path: "/rules", method: "POST", body: bodyOf(form.getValues(), ownName) } as const)
        : ({ path: `/rules/${stored.id}`, method: "PATCH", body: changeOf(base, form.getValues(), ownName) } as const);
    setLeft(true);
    write.mutate(sent, {
      onSuccess: (saved) => {
        forget();
        notifications.show({ message: `Alert “${saved.name}” saved` });
        void navigate(href(`/alerts/${saved.id}`));
      },
      onError: refuse,
    });
  };
  const submit = form.onSubmit(save, focusFirstError);
  const suggest = ({ field, value }: NonNullable<Backtest["suggestion"]>) =>
    form.setFieldValue(field === "minutes" ? "no_data_minutes" : field, value);
  const shownAt =
    write.error instanceof ApiError && write.error.field !== null && fieldOf(write.error.field) !== null
      ? [write.error.field]
      : [];
  const part = { form, errorOf, unit };
  return (
    <form id={formId} noValidate onSubmit={submit}>
      <BackLink to={target}>{stored === null ? "Alerts" : stored.name}</BackLink>
      <h1 className={classes["title"]}>{stored === null ? "New alert" : "Edit alert"}</h1>
      <p className={classes["says"]}>{says === "" ? "A rule that tells people when a metric is wrong." : `${says}.`}</p>
      {kept !== null && (
        <Alert variant="light" mb="sm" p="xs">
          <div className={classes["kept"]}>
            What you typed before and did not save is here again.
            <Button size="compact-xs" variant="default" onClick={discard}>
              Discard it
            </Button>
          </div>
        </Alert>
      )}
      <div className={classes["columns"]}>
        <div className={classes["sections"]}>
          <WatchSection
            {...part}
            actions={
              stored === null && <TemplateMenu onChoose={(template: RuleTemplate) => begin(valuesOf(template.rule))} />
            }
          />
          <TellSection {...part} ownName={ownName} />
          <MoreSection {...part} opened={more} onToggle={setMore} />
          <FormError error={write.error} fields={shownAt} />
          <div className={classes["submit"]}>
            <Button type="submit" loading={write.isPending} disabled={stored !== null && !dirty}>
              Save alert
            </Button>
            <Button component={Link} to={target} variant="default" onClick={forget} data-leaves>
              Cancel
            </Button>
          </div>
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
      <LeaveGuard active={dirty && !left} what="alert" name={values.name} onSave={() => submit()} />
    </form>
  );
}

/** A name and channels are not needed to try a rule. */
function complete(values: RuleValues): boolean {
  return Object.keys(problemsOf(values)).every((field) => field === "name" || field === "channels");
}

function same(a: RuleValues, b: RuleValues): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

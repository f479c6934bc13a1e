import { Alert, Button } from "@mantine/core";
import { useForm } from "@mantine/form";
import { randomId } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useId, useState } from "react";
import { flushSync } from "react-dom";
import { Link, useNavigate } from "react-router";
import { ApiError } from "../../../api/client";
import type { Experiment } from "../../../api/experiments";
import { keepValues, keptValues } from "../../../state/kept";
import { useProject } from "../../../state/ProjectContext";
import { useHref } from "../../../state/useHref";
import { useView } from "../../../state/useView";
import { FormError } from "../../../ui/FormError";
import { BackLink } from "../../../ui/BackLink";
import { useExperimentWrite } from "../useExperimentWrite";
import { AnalysisSection } from "./AnalysisSection";
import { BasicsSection } from "./BasicsSection";
import classes from "./Builder.module.css";
import { EndSection } from "./EndSection";
import { locksOf } from "./locks";
import { MetricsSection } from "./MetricsSection";
import { PowerPanel } from "./PowerPanel";
import { fieldOf, isShown, problemsOf } from "./problems";
import { bodyOf, changeOf, emptyValues, valuesOf, type ExperimentValues } from "./values";
import { VariantsSection } from "./VariantsSection";
import { WhoSection } from "./WhoSection";

const key = () => randomId("row");

/** The form of an experiment. `stored`: the one that is changed; null for a new one. */
export function ExperimentForm({ stored }: { stored: Experiment | null }) {
  const { id: project, time_zone: zone } = useProject();
  const href = useHref();
  const navigate = useNavigate();
  const write = useExperimentWrite();
  const formId = useId();
  const place = `promptpulse-experiment:${project}:${stored?.id ?? "new"}`;
  const { view } = useView();
  const chosen = view.prompts.length === 1 ? (view.prompts[0] ?? "") : "";
  const [base] = useState(() => (stored === null ? emptyValues(key, chosen) : valuesOf(stored, zone, key)));
  const same = (a: ExperimentValues, b: ExperimentValues) =>
    JSON.stringify(bodyOf(a, zone)) === JSON.stringify(bodyOf(b, zone));
  const [kept, setKept] = useState(() => keptValues(window.sessionStorage, place, base, same));
  const form = useForm<ExperimentValues>({
    mode: "controlled",
    initialValues: kept ?? base,
    validateInputOnChange: true,
    validate: (values) => problemsOf(values, Date.now(), zone),
    onValuesChange: (values) => {
      keepValues(window.sessionStorage, place, base, values);
    },
  });
  const locks = locksOf(stored?.status ?? null);
  const target = href(stored === null ? "/experiments" : `/experiments/${stored.id}`);

  const forget = () => {
    window.sessionStorage.removeItem(place);
    setKept(null);
  };
  const discard = () => {
    form.setValues(base);
    form.clearErrors();
    forget();
  };
  const refuse = (error: Error) => {
    if (!(error instanceof ApiError) || error.field === null) return;
    const path = fieldOf(error.field);
    if (!isShown(path, form.values)) return;
    flushSync(() => form.setFieldError(path, error.message)); // drawn before it is looked for
    focusFirstError();
  };
  const focusFirstError = () => {
    // once the messages of a check are drawn
    requestAnimationFrame(() =>
      document.getElementById(formId)?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(),
    );
  };
  const submit = (values: ExperimentValues) => {
    const sent =
      stored === null
        ? ({ path: "", method: "POST", body: bodyOf(values, zone) } as const)
        : ({ path: `/${stored.id}`, method: "PATCH", body: changeOf(base, values, zone) } as const);
    write.mutate(sent, {
      onSuccess: (saved) => {
        forget();
        notifications.show({ message: stored === null ? "Draft saved" : "Experiment saved" });
        void navigate(href(`/experiments/${saved?.id ?? stored?.id ?? ""}`));
      },
      onError: refuse,
    });
  };
  const unchanged = stored !== null && same(form.values, base);
  const failure = write.error;
  const shownAt =
    failure instanceof ApiError && failure.field !== null && isShown(fieldOf(failure.field), form.values)
      ? [failure.field]
      : [];
  return (
    <form id={formId} noValidate onSubmit={form.onSubmit(submit, focusFirstError)}>
      <BackLink to={target}>{stored === null ? "Experiments" : stored.title}</BackLink>
      <h1 className={classes["title"]}>{stored === null ? "New experiment" : "Edit experiment"}</h1>
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
      {locks.some && (
        <Alert variant="light" mb="sm" p="xs">
          The experiment has started. What would change the meaning of its data is fixed, and says why.
        </Alert>
      )}
      <div className={classes["columns"]}>
        <div className={classes["sections"]}>
          <BasicsSection form={form} locks={locks} />
          <VariantsSection form={form} locks={locks} />
          <MetricsSection form={form} locks={locks} />
          <WhoSection form={form} locks={locks} />
          <EndSection form={form} unit={form.values.unit} />
          <AnalysisSection form={form} locks={locks} />
          <FormError error={failure} fields={shownAt} />
          <div className={classes["submit"]}>
            <Button type="submit" loading={write.isPending} disabled={unchanged}>
              {stored === null ? "Save draft" : "Save changes"}
            </Button>
            <Button component={Link} to={target} variant="default" onClick={forget}>
              Cancel
            </Button>
            {stored === null && <span className={classes["hint"]}>Nothing is served until you start it.</span>}
          </div>
        </div>
        <PowerPanel form={form} />
      </div>
    </form>
  );
}

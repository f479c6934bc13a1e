import { useForm, type UseFormReturnType } from "@mantine/form";
import { useId, useState } from "react";
import { flushSync } from "react-dom";
import { ApiError } from "../api/client";
import { useWatchWrite, type Write } from "../api/useWatchWrite";
import { keepValues, keptValues } from "../state/kept";

interface Options<Values> {
  /** Where the browser keeps it. */
  place: string;
  /** What the form begins with. */
  base: Values;
  problemsOf: (values: Values) => Partial<Record<keyof Values, string | null>>;
  /** The field of the form at which an error of a field of the API is shown; null: of none. */
  fieldOf: (field: string) => keyof Values | null;
  /** Without what must not be kept, such as a secret. */
  keeps?: (values: Values) => Values;
  /** These fields are wrong: what hides them is opened. */
  onWrong?: (fields: readonly (keyof Values)[]) => void;
}

export interface Draft<Values> {
  form: UseFormReturnType<Values>;
  formId: string;
  base: Values;
  /** What it began with, or what was typed before. */
  start: Values;
  /** It differs from what the form began with. */
  dirty: boolean;
  /** It was typed before, and found again. */
  found: boolean;
  /** It is on its way to the server, or saved. */
  left: boolean;
  pending: boolean;
  /** What the server refused. */
  error: Error | null;
  /** Of the fields of the API: those whose error is shown at a field of the form. */
  shownAt: readonly string[];
  begin: (values: Values) => void;
  discard: () => void;
  forget: () => void;
  /** Focuses what is wrong first. */
  point: () => void;
}

interface Drafted<Values, Saved> {
  draft: Draft<Values>;
  form: UseFormReturnType<Values>;
  save: (sent: Write, onSaved: (saved: Saved) => void) => void;
}

/** A form whose values outlive a reload until they are saved or discarded; what the API refuses stands at its field. */
export function useDraft<Values extends object, Saved>(options: Options<Values>): Drafted<Values, Saved> {
  const { place, problemsOf, fieldOf, keeps = (values: Values) => values, onWrong } = options;
  const write = useWatchWrite<Saved>();
  const formId = useId();
  const [base] = useState<Values>(options.base);
  const [kept, setKept] = useState(() => keptValues<Values>(window.sessionStorage, place, base, same));
  const [start] = useState(kept ?? base);
  const [left, setLeft] = useState(false);
  const form = useForm<Values>({
    mode: "controlled",
    initialValues: start,
    validateInputOnChange: true,
    validate: problemsOf,
    onValuesChange: (values) => keepValues(window.sessionStorage, place, base, keeps(values)),
  });
  const forget = () => {
    window.sessionStorage.removeItem(place);
    setKept(null);
  };
  const begin = (values: Values) => {
    form.setValues(values);
    form.clearErrors();
  };
  const focusWrong = () =>
    // once the messages of a check are drawn
    requestAnimationFrame(() =>
      document.getElementById(formId)?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(),
    );
  const refuse = (error: Error) => {
    setLeft(false);
    const field = error instanceof ApiError && error.field !== null ? fieldOf(error.field) : null;
    if (field === null) return;
    flushSync(() => {
      form.setFieldError(String(field), error.message); // drawn before it is looked for
      onWrong?.([field]);
    });
    focusWrong();
  };
  const refused = write.error instanceof ApiError && write.error.field !== null ? write.error.field : null;
  const draft: Draft<Values> = {
    form,
    formId,
    base,
    start,
    dirty: !same(form.values, base),
    found: kept !== null,
    left,
    pending: write.isPending,
    error: write.error,
    shownAt: refused !== null && fieldOf(refused) !== null ? [refused] : [],
    begin,
    forget,
    discard: () => {
      begin(base);
      forget();
    },
    point: () => {
      onWrong?.(
        Object.entries(problemsOf(form.getValues())).flatMap(([field, text]) =>
          text == null ? [] : [field as keyof Values],
        ),
      );
      focusWrong();
    },
  };
  const save = (sent: Write, onSaved: (saved: Saved) => void) => {
    setLeft(true);
    write.mutate(sent, {
      onSuccess: (saved) => {
        forget();
        onSaved(saved);
      },
      onError: refuse,
    });
  };
  return { draft, form, save };
}

function same<Values>(a: Values, b: Values): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

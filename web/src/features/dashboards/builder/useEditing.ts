import { useState } from "react";
import type { DashboardBody, Widget } from "../../../api/dashboards";
import { compacted } from "../layout";
import { begin, redo, step, undo, type History } from "./history";
import { keepDraft, sameBody, type Draft } from "./draft";

/** The dashboard as it is being changed, and its steps back. Every step is kept in the browser at once. */
export function useEditing(saved: DashboardBody, kept: Draft | null, place: string, revision: number | null) {
  const [history, setHistory] = useState<History<DashboardBody>>(() => begin(kept?.body ?? saved));
  const body = history.present;
  const dirty = !sameBody(body, saved);

  const show = (next: History<DashboardBody>) => {
    if (next === history) return;
    setHistory(next);
    if (sameBody(next.present, saved)) window.localStorage.removeItem(place);
    else keepDraft(window.localStorage, place, { body: next.present, revision });
  };
  const change = (part: Partial<DashboardBody>, about: string | null = null) =>
    show(step(history, { ...body, ...part }, about));
  return {
    body,
    dirty,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    undo: () => show(undo(history)),
    redo: () => show(redo(history)),
    change,
    setWidgets: (widgets: readonly Widget[], about: string | null = null) => {
      const next = compacted(widgets);
      if (next !== body.widgets) change({ widgets: [...next] }, about);
    },
    /** Back to what is saved; that can be taken back, too. */
    discard: () => show(step(history, saved)),
  };
}

export type Editing = ReturnType<typeof useEditing>;

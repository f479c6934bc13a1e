/** What was, what is, and what was taken back. */
export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** What the last step was about: typing on is the same step. */
  about: string | null;
}

/** Steps that can be taken back. */
const MOST_STEPS = 100;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], about: null };
}

/** A step. One `about` the same as the step before joins it: a word that is typed is taken back at once. */
export function step<T>(history: History<T>, next: T, about: string | null = null): History<T> {
  if (next === history.present) return history;
  const joins = about !== null && about === history.about && history.past.length > 0;
  const past = joins ? history.past : [...history.past, history.present].slice(-MOST_STEPS);
  return { past, present: next, future: [], about };
}

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: last,
    future: [history.present, ...history.future],
    about: null,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, about: null };
}

import type { Dashboard, DashboardBody } from "../../../api/dashboards";
import { isBody } from "../file";

/** Changes that are not saved yet: they outlive a reload, and another person's saving. */
export interface Draft {
  body: DashboardBody;
  /** The revision that was edited; null of a new dashboard. */
  revision: number | null;
}

/** Where the browser keeps it. */
export function draftPlace(project: string, dashboard: string): string {
  return `promptpulse-dashboard:${project}:${dashboard}`;
}

/** What was kept; null when there is nothing, or nothing that differs from what is saved. */
export function keptDraft(storage: Storage, place: string, saved: DashboardBody): Draft | null {
  try {
    const kept: unknown = JSON.parse(storage.getItem(place) ?? "null");
    if (typeof kept !== "object" || kept === null || !("body" in kept) || !("revision" in kept)) return null;
    const { body, revision } = kept;
    if (!isBody(body) || (revision !== null && typeof revision !== "number")) return null;
    return sameBody(body, saved) ? null : { body, revision };
  } catch {
    return null; // of an older version of this page: it cannot be shown
  }
}

export function keepDraft(storage: Storage, place: string, draft: Draft): void {
  try {
    storage.setItem(place, JSON.stringify(draft));
  } catch {
    // the browser's store is full or forbidden: the page still has it
  }
}

export function bodyOf({ name, description, range, widgets }: Dashboard | DashboardBody): DashboardBody {
  return { name, description, range, widgets };
}

export function sameBody(a: DashboardBody, b: DashboardBody): boolean {
  return JSON.stringify(bodyOf(a)) === JSON.stringify(bodyOf(b));
}

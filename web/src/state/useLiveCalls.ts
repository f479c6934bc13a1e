import { useLiveEvents } from "./useLiveEvents";

const CALLS = ["calls"] as const;

/** Runs `onCalls` whenever the server says that calls have arrived, while `on`. */
export function useLiveCalls(project: string, on: boolean, onCalls: () => void): void {
  useLiveEvents(project, on, CALLS, onCalls);
}

import type { Report, ReportRun } from "../../api/reports";

export const STATES: Record<ReportRun["state"], string> = {
  waiting: "Waiting",
  making: "Being made",
  made: "Made",
  quiet: "Nothing to say",
  skipped: "Too late",
  failed: "Failed",
};

export const KINDS: Record<ReportRun["kind"], string> = {
  scheduled: "By schedule",
  manual: "Sent by hand",
  test: "Test",
};

/** Who has it: `2 of 3 delivered, 1 waits`. */
export function deliveredText(run: ReportRun): string {
  const { deliveries: all } = run;
  if (all.length === 0) return run.said ?? "Sent to nobody";
  const count = (state: string) => all.filter((one) => one.state === state).length;
  const [sent, waiting, dead] = [count("sent"), count("waiting"), count("dead")];
  const rest = [waiting > 0 ? `${waiting} waiting` : "", dead > 0 ? `${dead} not delivered` : ""].filter(
    (t) => t !== "",
  );
  return [sent === all.length ? `Delivered to ${sent}` : `${sent} of ${all.length} delivered`, ...rest].join(", ");
}

/** Who gets it: "ada@example.com, grace@example.com and 1 channel". */
export function recipientsText({ addresses, channels }: Pick<Report, "addresses" | "channels">): string {
  const named = addresses.length > 3 ? [...addresses.slice(0, 3), `${addresses.length - 3} more`] : addresses;
  const short = channels.length === 1 ? "1 channel" : `${channels.length} channels`;
  return [named.join(", "), channels.length === 0 ? "" : short].filter((text) => text !== "").join(" and ") || "nobody";
}

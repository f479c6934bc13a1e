import type { PromptDiff } from "../../../api/types";

export type DiffLine = PromptDiff["lines"][number];

/** Lines to show, or how many equal ones are left out. */
export type DiffPart = { kind: "lines"; lines: DiffLine[] } | { kind: "fold"; lines: DiffLine[] };

/** Equal lines shown around a change. */
const CONTEXT = 3;
/** Fewer are not worth a fold. */
const LEAST = 4;

/** A diff with its long equal stretches folded away. */
export function foldedDiff(lines: readonly DiffLine[]): DiffPart[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== "same"),
  );
  const parts: DiffPart[] = [];
  lines.forEach((line, index) => {
    const kind = near[index] === true ? "lines" : "fold";
    const last = parts.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else parts.push({ kind, lines: [line] });
  });
  return joined(parts.map((part) => (part.lines.length < LEAST ? { ...part, kind: "lines" } : part)));
}

function joined(parts: readonly DiffPart[]): DiffPart[] {
  const all: DiffPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (last?.kind === "lines" && part.kind === "lines") last.lines.push(...part.lines);
    else all.push({ ...part, lines: [...part.lines] });
  }
  return all;
}

/** "2 lines added, 1 removed, 1 setting changed"; null when nothing is. */
export function diffSummary({ lines, config }: Pick<PromptDiff, "lines" | "config">): string | null {
  const count = (kind: DiffLine["kind"]) => lines.filter((line) => line.kind === kind).length;
  const word = (size: number, one: string) => `${size} ${size === 1 ? one : `${one}s`}`;
  const added = count("added");
  const removed = count("removed");
  const said = [
    ...(added > 0 ? [`${word(added, "line")} added`] : []),
    ...(removed > 0 ? [`${word(removed, "line")} removed`] : []),
    ...(config.length > 0 ? [`${word(config.length, "setting")} changed`] : []),
  ];
  return said.length === 0 ? null : said.join(", ");
}

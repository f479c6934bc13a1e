import { expect, test } from "vitest";
import type { Prompt, QueryResult } from "../../../api/types";
import { foundLines, promptLines, sortLines } from "./lines";

const prompt = (name: string, part: Partial<Prompt> = {}): Prompt => ({
  id: name,
  name,
  type: "text",
  description: "",
  tags: [],
  versions: 1,
  latest_version: 1,
  deployed: { production: 1 },
  created_at: "2026-03-01T00:00:00Z",
  created_by: "ada",
  changed_at: "2026-03-01T00:00:00Z",
  archived_at: null,
  ...part,
});

const answer = (groups: QueryResult["groups"], requests: (number | null)[]): QueryResult => ({
  start: "2026-03-01T00:00:00Z",
  end: "2026-03-02T00:00:00Z",
  bucket: null,
  buckets: null,
  groups,
  metrics: [{ key: "total_requests", label: "Requests", unit: "count", better: "neither" }],
  values: { total_requests: requests.map((one) => [one]) },
  source: "raw",
  rows_read: 1,
  elapsed_ms: 1,
  moments: {},
  last_bucket_partial: false,
});

const totals = answer(
  [{ prompt_id: "greeting" }, { prompt_id: "old" }, { prompt_id: "wild" }, { prompt_id: null }],
  [8, 3, 5, 1],
);
const versions = answer(
  [
    { prompt_id: "greeting", prompt_version: "1" },
    { prompt_id: "greeting", prompt_version: "2" },
    { prompt_id: "wild", prompt_version: null },
  ],
  [2, 6, 5],
);
const sources = {
  prompts: [prompt("greeting"), prompt("quiet")],
  hidden: new Set(["old"]),
  unregistered: true,
  totals,
  series: undefined,
  versions,
};
const lines = promptLines(sources);

test("prompts of the registry come with their calls, and prompts that only calls know are listed too", () => {
  expect(lines.map(({ name, prompt, values }) => [name, prompt !== null, values["total_requests"] ?? null])).toEqual([
    ["greeting", true, 8],
    ["quiet", true, null],
    ["wild", false, 5],
  ]);
});

test("where the registry's list is not whole, nothing is said to be missing from it", () => {
  expect(promptLines({ ...sources, unregistered: false }).map(({ name }) => name)).toEqual(["greeting", "quiet"]);
});

test("versions in use are shares of the prompt's requests, the busiest first", () => {
  expect(lines.map(({ shares }) => shares.map(({ name, share }) => [name, share]))).toEqual([
    [
      ["v2", 0.75],
      ["v1", 0.25],
    ],
    [],
    [["no version", 1]],
  ]);
});

test("lines sort by number, and those without one come last both ways", () => {
  const order = (by: string, descending: boolean) => sortLines(lines, { by, descending }).map(({ name }) => name);
  expect(order("total_requests", true)).toEqual(["greeting", "wild", "quiet"]);
  expect(order("total_requests", false)).toEqual(["wild", "greeting", "quiet"]);
  expect(order("changed", true)).toEqual(["greeting", "quiet", "wild"]);
  expect(order("name", true)).toEqual(["wild", "quiet", "greeting"]);
});

test("a search finds every word in name, description or tags", () => {
  const all = promptLines({
    ...sources,
    prompts: [prompt("greeting", { tags: ["Mail"] }), prompt("quiet", { description: "for mail" })],
  });
  const found = (search: string) => foundLines(all, search).map(({ name }) => name);
  expect(found("")).toEqual(["greeting", "quiet", "wild"]);
  expect(found("mail")).toEqual(["greeting", "quiet"]);
  expect(found("mail GREET")).toEqual(["greeting"]);
});

import { expect, test } from "vitest";
import type { QueryResult, VersionScores } from "../../../api/types";
import { namedVersions, scoreNames, versionRows } from "./byVersion";

const result: QueryResult = {
  start: "2026-03-01T00:00:00Z",
  end: "2026-03-02T00:00:00Z",
  bucket: null,
  buckets: null,
  groups: [{ prompt_version: "2" }, { prompt_version: "10" }, { prompt_version: null }, { prompt_version: "beta" }],
  metrics: [{ key: "total_requests", label: "Requests", unit: "count", better: "neither" }],
  values: { total_requests: [[5], [7], [1], [2]] },
  source: "raw",
  rows_read: 1,
  elapsed_ms: 1,
  moments: {},
  last_bucket_partial: false,
};
const score = (version: string, name: string, part: Partial<VersionScores> = {}): VersionScores => ({
  prompt_id: "greeting",
  prompt_version: version,
  name,
  type: "int",
  count: 3,
  mean: 4,
  bool_rate: null,
  ...part,
});

test("versions are listed newest first, those of programs after those of the registry, and calls without one last", () => {
  const rows = versionRows(result, [], { production: 10, staging: 11 });
  expect(rows.map(({ name, served, values }) => [name, served, values["total_requests"]])).toEqual([
    ["v11", ["staging"], null],
    ["v10", ["production"], 7],
    ["v2", [], 5],
    ["beta", [], 2],
    ["no version", [], 1],
  ]);
});

test("scores are at their version, and a name with two types is told by the commoner", () => {
  const scores = [score("2", "helpful", { type: "bool", count: 9 }), score("2", "helpful", { count: 1 })];
  const row = versionRows(result, scores, {}).find(({ name }) => name === "v2");
  expect(row?.scores["helpful"]?.type).toBe("bool");
});

test("the scores given most often come first", () => {
  expect(scoreNames([score("1", "b"), score("1", "a"), score("2", "c"), score("3", "c")])).toEqual(["c", "a", "b"]);
});

test("charts name versions as people do", () => {
  expect(namedVersions(result).groups.map((group) => Object.values(group)[0])).toEqual([
    "v2",
    "v10",
    "no version",
    "beta",
  ]);
});

import { expect, test } from "vitest";
import type { CallRow } from "../../api/types";
import { traceTree } from "./traceTree";

const T = "a".repeat(32);
const call = (span: string, parent: string | null, second: number, latency_ms: number) =>
  ({
    id: `${T}${span}`,
    trace_id: T,
    parent_id: parent,
    timestamp: `2026-11-21T10:00:0${second}Z`,
    latency_ms,
  }) as CallRow;

test("calls stand below the call that made them, in the order of time", () => {
  const { lines, length_ms } = traceTree([
    call("c3", null, 4, 500),
    call("c2", "c1", 1, 1000),
    call("c1", "not-a-call", 0, 3000),
  ]);
  expect(lines.map(({ call: { id }, depth, from_ms }) => [id.slice(32), depth, from_ms])).toEqual([
    ["c1", 0, 0],
    ["c2", 1, 1000],
    ["c3", 0, 4000],
  ]);
  expect(length_ms).toBe(4500);
});

test("parents that name each other are shown once", () => {
  const { lines } = traceTree([call("c1", "c2", 0, 1), call("c2", "c1", 1, 1)]);
  expect(lines).toHaveLength(2);
});

test("a trace without calls has no lines", () => {
  expect(traceTree([])).toEqual({ lines: [], length_ms: 0 });
});

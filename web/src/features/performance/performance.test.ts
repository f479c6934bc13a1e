import { expect, test } from "vitest";
import type { FailureGroup, Failures } from "../../api/analysis";
import { failureText } from "./failureText";
import { remarksOf } from "./remarks";
import { performanceCharts } from "./specs";

const group = (part: Partial<FailureGroup>): FailureGroup => ({
  pattern: "p",
  message: null,
  error_type: "timeout",
  error_family: null,
  error_name: null,
  calls: 1,
  share: 50,
  first_at: "2026-01-01T00:00:00Z",
  last_at: "2026-01-01T00:00:00Z",
  call_id: "c",
  prompts: [],
  ...part,
});
const TARGETS = { p50_latency_ms: 1000, p95_latency_ms: 2000, p99_latency_ms: 5000 };

test("a bucket tells its commonest messages, the most calls first, and none that it does not have", () => {
  const failures: Failures = {
    failed: 9,
    groups: ["a", "b", "c", "d"].map((message) => group({ message })),
    groups_total: 4,
    buckets: ["2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"],
    by_bucket: [
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 5],
    ],
  };
  expect(remarksOf(failures)).toEqual([
    [
      { text: "d", count: 4 },
      { text: "c", count: 3 },
      { text: "b", count: 2 },
    ],
    [{ text: "d", count: 5 }],
  ]);
  expect(remarksOf({ ...failures, by_bucket: null })).toBeUndefined();
});

test.each([
  [{ message: " read timed out " }, "read timed out"],
  [{ message: "", error_name: "APITimeoutError" }, "APITimeoutError, without a message"],
  [{ message: null }, "Timeout, without a message"],
])("a failure %j reads %s", (part, text) => {
  expect(failureText(group(part))).toBe(text);
});

test("errors are split by type or by family, and compared prompts are series of one metric", () => {
  const of = (comparing: boolean, split: "type" | "family") =>
    performanceCharts({ comparing, bands: null, targets: TARGETS, split });
  expect(of(false, "family").errors.metrics).toEqual(["errors_4xx", "errors_5xx", "errors_llm"]);
  expect(of(false, "type").errors.metrics).toHaveLength(6);
  expect(of(true, "type").errors.metrics).toEqual(["failed_requests"]);
  expect(of(true, "type").latency.targets).toEqual([]);
});

test("targets stand on the chart in the words of the page", () => {
  const { latency } = performanceCharts({ comparing: false, bands: null, targets: TARGETS, split: "type" });
  expect(latency.targets?.map(({ label }) => label.replace("\u00a0", " "))).toEqual([
    "p50 target 1 s",
    "p95 target 2 s",
    "p99 target 5 s",
  ]);
});

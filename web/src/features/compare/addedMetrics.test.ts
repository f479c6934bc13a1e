import { expect, test } from "vitest";
import { addedMetrics, withMetric, withoutMetric } from "./addedMetrics";

test("metrics are added to the address once, and taken away alone", () => {
  const one = withMetric(new URLSearchParams("prompt=a&prompt=b"), "error_rate");
  const two = withMetric(withMetric(one, "=max(latency_ms)"), "error_rate");
  expect(addedMetrics(two)).toEqual(["error_rate", "=max(latency_ms)"]);
  const left = withoutMetric(two, "error_rate");
  expect(addedMetrics(left)).toEqual(["=max(latency_ms)"]);
  expect(left.getAll("prompt")).toEqual(["a", "b"]);
});

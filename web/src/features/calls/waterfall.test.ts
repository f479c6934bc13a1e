import { expect, test } from "vitest";
import { waterfall } from "./waterfall";

test("known parts follow each other and the rest is named", () => {
  expect(waterfall({ latency_ms: 1000, queue_ms: 100, network_ms: null, llm_ms: 700 })).toEqual([
    { label: "Queue", from: 0, ms: 100 },
    { label: "LLM", from: 100, ms: 700 },
    { label: "Other", from: 800, ms: 200 },
  ]);
});

test("a call that says nothing about its parts has none", () => {
  expect(waterfall({ latency_ms: 1000, queue_ms: null, network_ms: null, llm_ms: null })).toEqual([]);
});

test("less than a hundredth unexplained is rounding", () => {
  expect(waterfall({ latency_ms: 1000, queue_ms: 0, network_ms: 5, llm_ms: 990 })).toHaveLength(3);
});

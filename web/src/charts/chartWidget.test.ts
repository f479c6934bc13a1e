import { expect, test } from "vitest";
import type { Filter } from "../api/types";
import { chartWidget } from "./chartWidget";

const CATALOGUE = new Map([
  ["total_requests", {}],
  ["custom.happy", {}],
]);
const WHERE: Filter[] = [{ dimension: "environment", op: "in", values: ["production"] }];
const made = (metrics: string[], groups: Record<string, string | null>[] = [{}], kind: "line" | "bar" = "line") =>
  chartWidget({ kind, metrics, cumulative: false }, { groups }, WHERE, CATALOGUE);

test("a chart as a widget asks for the same metrics, groups and calls", () => {
  expect(made(["total_requests", "custom.happy", "=count()"], [{ prompt_id: "a" }, { prompt_id: null }])).toMatchObject(
    {
      kind: "line",
      query: { metrics: ["total_requests", "custom.happy", "=count()"], by: ["prompt_id"], where: WHERE, bucket: null },
    },
  );
});

test("stacked bars over time stay over time", () => {
  expect(made(["total_requests"], [{ model: "m" }], "bar")?.query.bucket).toBe("auto");
});

test.each([[["rating|v2"]], [[]], [Array.from({ length: 11 }, () => "total_requests")]])(
  "a chart of %j is no widget",
  (metrics) => {
    expect(made(metrics)).toBeNull();
  },
);

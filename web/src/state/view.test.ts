import { expect, test } from "vitest";
import { parseView, writeView, type View } from "./view";

const DEFAULT: View = {
  project: null,
  range: { preset: "24h" },
  prompts: [],
  environment: null,
  live: false,
  previous: true,
};

test("an empty address is the default view, and the default view an empty address", () => {
  expect(parseView(new URLSearchParams())).toEqual(DEFAULT);
  expect(writeView(DEFAULT).toString()).toBe("");
});

test.each<Partial<View>>([
  { range: { preset: "7d" } },
  { range: { start: Date.UTC(2026, 2, 1), end: Date.UTC(2026, 2, 2, 13, 5) } },
  { prompts: ["welcome mail", "a&b=c"] },
  { prompts: [null] },
  { environment: "production", live: true, previous: false, project: "p1" },
])("a link reproduces the view %j", (part) => {
  const view = { ...DEFAULT, ...part };
  expect(parseView(new URLSearchParams(writeView(view).toString()))).toEqual(view);
});

test("what cannot be read falls back, and a fourth compared prompt is dropped", () => {
  const view = parseView(
    new URLSearchParams("range=9y&start=yesterday&end=2026-01-01&prompt=a&prompt=a&prompt=b&prompt=c&prompt=d"),
  );
  expect(view.range).toEqual({ preset: "24h" });
  expect(view.prompts).toEqual(["a", "b", "c"]);
});

test("a range that ends before it starts is not a range", () => {
  expect(parseView(new URLSearchParams("start=2026-02-01&end=2026-01-01")).range).toEqual({ preset: "24h" });
});

test("parameters that belong to the page are kept", () => {
  const params = writeView({ ...DEFAULT, live: true }, new URLSearchParams("status=error&env=old"));
  expect(params.toString()).toBe("status=error&live=1");
});

test("an address that says its range goes on saying it, also the default one", () => {
  const day = { ...DEFAULT, range: { preset: "24h" } as const };
  expect(writeView(day, new URLSearchParams("range=7d")).toString()).toBe("range=24h");
  expect(writeView(day, new URLSearchParams("start=2026-01-01&end=2026-01-02")).toString()).toBe("range=24h");
});

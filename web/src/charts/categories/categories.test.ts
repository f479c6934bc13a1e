import { expect, test } from "vitest";
import { prepareCategories, REST, type Category } from "./prepareCategories";
import { toBarsOption, toPieOption } from "./toOption";

const of = (...values: (number | null)[]): Category[] =>
  values.map((value, index) => ({ key: `k${index}`, label: `K${index}`, value, href: null }));
const USD = { label: "Cost", unit: "usd" } as const;

test("the largest come first, and what is left is a part of its own", () => {
  const chart = prepareCategories(of(1, 5, 2, 2), { ...USD, whole: 20, total: 7, most: 2 });
  expect(chart.categories.map(({ label, value, share }) => [label, value, share])).toEqual([
    ["K1", 5, 25],
    ["K2", 2, 10],
    ["5 others", 13, 65],
  ]);
  expect([chart.shown, chart.total]).toEqual([2, 7]);
});

test("parts that make up the whole leave nothing, whatever their last digits", () => {
  const chart = prepareCategories(of(0.1, 0.2), { ...USD, whole: 0.1 + 0.2 + 1e-17, total: 3 });
  expect(chart.categories.map(({ key }) => key)).not.toContain(REST);
});

test("without a whole there are no shares and no rest", () => {
  const chart = prepareCategories(of(3, null, 4), { ...USD, most: 1 });
  expect(chart.categories.map(({ value, share }) => [value, share])).toEqual([[4, null]]);
  expect(chart.total).toBe(3);
});

test("no data is not 0, and zeros say what they mean", () => {
  expect(prepareCategories(of(null, null), USD).empty).toBe(true);
  const zeros = prepareCategories(of(0, 0), { ...USD, none: "No failures" });
  expect([zeros.empty, zeros.none]).toEqual([false, "No failures"]);
});

test("a category keeps its colour in pie and bars, and the rest has none of the palette", () => {
  const chart = prepareCategories(of(3, 1), { ...USD, whole: 5, total: 3 });
  const colours = (option: ReturnType<typeof toPieOption>) =>
    (option.series as { data: { itemStyle: { color: string } }[] }[])[0]?.data.map(({ itemStyle }) => itemStyle.color);
  expect(colours(toPieOption(chart, "light", () => ""))).toEqual(colours(toBarsOption(chart, "light", () => "")));
  expect(chart.categories.at(-1)?.colour).toBeNull();
});

import { expect, test } from "vitest";
import { bodyOf, fieldOf, problemsOf, valuesOf } from "./values";

const NEW = { ...valuesOf(null), name: "Morning" };

test("a new report is sent every day at eight", () => {
  expect(bodyOf(NEW).schedule).toEqual({ kind: "daily", hour: 8, minute: 0 });
  expect(bodyOf(NEW).dashboard).toBeNull();
});

test("what was typed becomes the schedule of its kind", () => {
  const custom = { ...NEW, kind: "custom" as const, time: "17:30", weekdays: [5], firstOfMonth: true };
  expect(bodyOf(custom).schedule).toEqual({
    kind: "custom",
    weekdays: [5],
    first_of_month: true,
    covers: "since_last",
    hour: 17,
    minute: 30,
  });
  expect(bodyOf({ ...NEW, kind: "monthly", day: "3" }).schedule).toMatchObject({ kind: "monthly", day: 3 });
});

test("problems are told at their field", () => {
  expect(problemsOf(NEW)).toEqual({ name: null, time: null, day: null, weekdays: null });
  expect(problemsOf({ ...NEW, name: " " }).name).toContain("Name it");
  expect(problemsOf({ ...NEW, kind: "monthly", day: "31" }).day).toContain("28");
  expect(problemsOf({ ...NEW, kind: "custom", weekdays: [] }).weekdays).toContain("one day");
});

test("fields of the API lead to those of the form", () => {
  expect(fieldOf("addresses.2")).toBe("addresses");
  expect(fieldOf("schedule.monthly.day")).toBe("day");
  expect(fieldOf("schedule.custom.weekdays")).toBe("weekdays");
  expect(fieldOf("pdf")).toBeNull();
});

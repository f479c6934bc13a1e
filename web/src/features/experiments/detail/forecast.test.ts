import { expect, test } from "vitest";
import { forecastText } from "./forecast";

const forecast = { units: 1240, needed_units: 5000, units_per_day: 310, days_left: 12, note: "" };

test.each([
  ["with a pace", forecast, "About 12 days left: 1,240 of about 5,000 users, 310 a day."],
  ["without newcomers", { ...forecast, units_per_day: null, days_left: null }, "1,240 of about 5,000 users."],
  ["when it is over", { ...forecast, days_left: 0 }, "1,240 of about 5,000 users, 310 a day."],
  ["with nothing known", { ...forecast, needed_units: null }, "How long it takes is not known yet."],
  ["with a reason", { ...forecast, needed_units: null, note: "no baseline yet" }, "No baseline yet."],
])("a forecast %s", (_, given, text) => {
  expect(forecastText(given, "user")).toBe(text);
});

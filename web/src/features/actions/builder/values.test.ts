import { expect, test } from "vitest";
import { bodyOf, fieldOf, problemsOf, valuesOf } from "./values";

const TYPED = { ...valuesOf(null), name: "Bad version" };

test("an empty choice means any", () => {
  expect(bodyOf(TYPED)).toMatchObject({
    trigger: { kind: "alert", rules: null, severities: ["critical"], prompts: null },
    action: { kind: "rollback", prompt: null, environment: "production" },
    minimum_samples: 50,
  });
});

test("a kind sends its own fields only", () => {
  const body = bodyOf({ ...TYPED, action: "webhook", url: " https://x.example.com ", amount: "", secret: "whsec_x" });
  expect(body.action).toEqual({ kind: "webhook", url: "https://x.example.com", direction: "scale_up", amount: null });
  expect(body.secret).toBe("whsec_x");
  expect(bodyOf({ ...TYPED, secret: "whsec_x" })).not.toHaveProperty("secret");
});

test("limits are whole numbers within their range", () => {
  expect(problemsOf({ ...TYPED, daily_cap: "0" }).daily_cap).toBe("Enter a whole number from 1 to 100");
  expect(problemsOf({ ...TYPED, cooldown_minutes: "0" }).cooldown_minutes).toBeNull();
  expect(problemsOf({ ...TYPED, url: "" }).url).toBeNull();
  expect(problemsOf({ ...TYPED, action: "webhook", url: "x" }).url).toBe("Enter a URL that begins with https://");
});

test("what the API refuses is shown where it was typed", () => {
  expect(fieldOf("action.webhook.url")).toBe("url");
  expect(fieldOf("trigger.alert.rules.0")).toBe("rules");
  expect(fieldOf("action.experiment_id")).toBe("experiment");
  expect(fieldOf("daily_cap")).toBe("daily_cap");
});

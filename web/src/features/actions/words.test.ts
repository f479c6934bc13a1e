import { expect, test } from "vitest";
import { policyText } from "./words";

test("a policy reads as a sentence", () => {
  expect(
    policyText({
      trigger: { kind: "alert", severities: ["critical"], prompts: ["support-reply"], rules: null },
      action: { kind: "rollback", prompt: null, environment: "production" },
    }),
  ).toBe("When a critical alert about support-reply fires, roll the prompt it names back in production.");
  expect(
    policyText({
      trigger: { kind: "sla", slas: null, speeds: ["page", "spent"] },
      action: { kind: "webhook", url: "https://scale.example.com/x", direction: "scale_up", amount: 2 },
    }),
  ).toBe("When an error budget burns very fast or is spent, tell scale.example.com to scale up by 2.");
});

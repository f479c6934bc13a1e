import { expect, test } from "vitest";
import type { Check } from "../../api/diagnosis";
import { leadOf } from "./links";

const CHECK: Check = {
  key: "",
  title: "",
  state: "found",
  text: "",
  advice: "",
  where: [],
  prompt_id: null,
  versions: [],
};

test("a check of errors leads to these calls alone", () => {
  const where: Check["where"] = [{ dimension: "error_type", op: "in", values: ["timeout"] }];
  expect(leadOf({ ...CHECK, key: "timeouts", where })).toMatchObject({
    path: "/calls",
    params: { error_type: "timeout" },
  });
});

test("a worse version leads to the comparison, a deployment to its prompt", () => {
  const about = { prompt_id: "greet/formal", versions: ["4", "3"] };
  expect(leadOf({ ...CHECK, key: "versions", ...about })).toMatchObject({
    label: "Compare v4 and v3",
    of: { prompts: ["greet/formal"] },
  });
  expect(leadOf({ ...CHECK, key: "deployments", ...about })?.path).toBe("/prompts/greet%2Fformal");
});

test("what shows nothing more leads nowhere", () => {
  expect(leadOf({ ...CHECK, key: "rollback" })).toBeNull();
});

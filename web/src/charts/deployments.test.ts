import { expect, test } from "vitest";
import type { Deployment } from "../api/types";
import { deploymentHappenings } from "./deployments";

const deployed = (part: Partial<Deployment>): Deployment => ({
  id: "d1",
  prompt_id: "p1",
  prompt: "support-reply",
  environment: "production",
  version: 4,
  previous_version: 3,
  kind: "deploy",
  message: "",
  at: "1970-01-01T00:00:01Z",
  by: "ada",
  ...part,
});

test("a deployment says which version of what, where and by whom", () => {
  expect(deploymentHappenings([deployed({})], [])).toEqual([
    {
      id: "d1",
      at: 1000,
      kind: "deploy",
      label: "support-reply v4",
      text: "support-reply v4 in production, by ada",
    },
  ]);
});

test("a roll back says so on the chart and in words", () => {
  const [back] = deploymentHappenings([deployed({ kind: "rollback", version: 3 })], ["support-reply"]);
  expect(back?.label).toBe("↩ v3");
  expect(back?.text).toBe("support-reply rolled back to v3 in production, by ada");
});

test("a page of some prompts shows those; a page of one need not name it", () => {
  const all = [deployed({}), deployed({ prompt: "tag-product" }), deployed({ prompt: "summarise-a-long-thread" })];
  const labels = (prompts: (string | null)[]) => deploymentHappenings(all, prompts).map(({ label }) => label);
  expect(labels([])).toEqual(["support-reply v4", "tag-product v4", "summarise-a-lon… v4"]);
  expect(labels(["tag-product", "support-reply"])).toEqual(["support-reply v4", "tag-product v4"]);
  expect(labels(["tag-product"])).toEqual(["v4"]);
  expect(labels([null])).toEqual([]);
});

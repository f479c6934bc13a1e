import { expect, test } from "vitest";
import { snippets } from "./snippets";

test("every snippet has the real endpoint and key in it", () => {
  const all = snippets("https://pulse.example", "pp_live_123");
  expect(all.map(({ name }) => name)).toEqual(["Python", "OpenTelemetry", "curl", "JavaScript"]);
  for (const { code } of all) {
    expect(code).toContain("https://pulse.example");
    expect(code).toContain("pp_live_123");
  }
});

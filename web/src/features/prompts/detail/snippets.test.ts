import { expect, test } from "vitest";
import { promptSnippets } from "./snippets";

const given = { endpoint: "https://pulse.example", name: 'a/b "c"', type: "text", variables: ["name"] } as const;

test("every snippet has the real endpoint and the name, encoded where it is part of an address", () => {
  const all = promptSnippets(given);
  expect(all.map(({ name }) => name)).toEqual(["LaikaTest JavaScript", "Langfuse Python", "curl", "Python"]);
  for (const { code } of all) expect(code).toContain("https://pulse.example");
  for (const { code } of all.slice(0, 2)) expect(code).toContain('"a/b \\"c\\""');
  for (const { code } of all.slice(2)) expect(code).toContain("/api/v1/prompts/by-name/a%2Fb%20%22c%22");
});

test("variables are filled in as each language writes them", () => {
  const codes = (variables: string[]) => promptSnippets({ ...given, variables }).map(({ code }) => code);
  expect(codes(["name"])[0]).toContain('compile({ "name": "…" })');
  expect(codes(["name"])[1]).toContain('compile(name="…")');
  expect(codes(["order id"])[1]).toContain('compile(**{"order id": "…"})');
  expect(codes([])[1]).toContain("compile()");
});

test("a chat prompt is asked for as one", () => {
  const [, langfuse, , python] = promptSnippets({ ...given, type: "chat" });
  expect(langfuse?.code).toContain('type="chat"');
  expect(python?.code).toContain('print(prompt["version"], messages)');
});

import type { PromptType } from "../../../api/types";
import type { Snippet } from "../../start/snippets";

interface Fetched {
  /** Scheme, host, port. */
  endpoint: string;
  name: string;
  type: PromptType;
  variables: readonly string[];
}

const KEY = "YOUR_API_KEY";

/** Code that fetches a prompt by its name. */
export function promptSnippets({ endpoint, name, type, variables }: Fetched): Snippet[] {
  const path = `${endpoint}/api/v1/prompts/by-name/${encodeURIComponent(name)}`;
  const quoted = JSON.stringify(name);
  const chat = type === "chat";
  return [
    {
      name: "LaikaTest JavaScript",
      how: "With @laikatest/js-client. It keeps a prompt for 30 minutes; bypassCache asks anew.",
      code: `const { LaikaTest } = require("@laikatest/js-client");

const laika = new LaikaTest("${KEY}", { baseUrl: "${endpoint}" });
const prompt = await laika.getPrompt(${quoted});
const content = prompt.compile({${javascriptValues(variables)}}).getContent();
laika.destroy();`,
    },
    {
      name: "Langfuse Python",
      how: "With the langfuse package. The secret key is your key, the public key is anything; labels are environments.",
      code: `from langfuse import Langfuse

langfuse = Langfuse(host="${endpoint}", public_key="promptpulse", secret_key="${KEY}")
prompt = langfuse.get_prompt(${quoted}, label="production"${chat ? ', type="chat"' : ""})
content = prompt.compile(${pythonValues(variables)})`,
    },
    {
      name: "curl",
      how: "Without a library. `version_number=2` asks for a version, `environment=staging` for another environment.",
      code: `curl "${path}" \\
  -H "Authorization: Bearer ${KEY}"`,
    },
    {
      name: "Python",
      how: "With the standard library only.",
      code: `import json
import urllib.request

request = urllib.request.Request(
    "${path}",
    headers={"Authorization": "Bearer ${KEY}"},
)
with urllib.request.urlopen(request, timeout=5) as answer:
    prompt = json.load(answer)["data"]
messages = json.loads(prompt["content"])
print(prompt["version"], ${chat ? "messages" : 'messages[0]["content"]'})`,
    },
  ];
}

function javascriptValues(variables: readonly string[]): string {
  return variables.length === 0 ? "" : ` ${variables.map((name) => `${JSON.stringify(name)}: "…"`).join(", ")} `;
}

function pythonValues(variables: readonly string[]): string {
  const plain = variables.every((name) => /^[A-Za-z_]\w*$/.test(name));
  if (plain) return variables.map((name) => `${name}="…"`).join(", ");
  return `**{${variables.map((name) => `${JSON.stringify(name)}: "…"`).join(", ")}}`;
}

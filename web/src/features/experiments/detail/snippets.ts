import type { Experiment, ExperimentMetric } from "../../../api/experiments";

export interface Snippet {
  name: string;
  /** What to do with it, one sentence. */
  how: string;
  code: string;
}

/** Code that asks for the variant of a unit and sends what it is judged by. `endpoint`: scheme, host, port. */
export function snippets(endpoint: string, key: string, experiment: Experiment): Snippet[] {
  const unit = experiment.unit === "user" ? "userId" : "sessionId";
  const id = experiment.unit === "user" ? "user-42" : "session-7";
  const title = JSON.stringify(experiment.title);
  const attributes = experiment.targeting.map(({ attribute, values }) => [attribute, values[0] ?? "…"] as const);
  const context = JSON.stringify({ [unit]: id, ...Object.fromEntries(attributes) });
  const score = experiment.metrics.find((metric) => metric.score !== null)?.score ?? null;
  const outcome = experiment.metrics.find((metric) => metric.outcome !== null)?.outcome ?? null;
  const scored = score ?? (outcome === null ? "rating" : null);
  return [
    {
      name: "LaikaTest JS",
      how: "npm install @laikatest/js-client. The prompt knows its experiment, so a score needs no ids.",
      code: `import { LaikaTest } from "@laikatest/js-client";

const laika = new LaikaTest("${key}", { baseUrl: "${endpoint}" });

// the same ${experiment.unit} always gets the same variant
const prompt = await laika.getExperimentPrompt(${title}, ${context});
const text = prompt.compile({ name: "Ada" }).getContent();

// ... your LLM request with text ...
${scored === null ? "" : `\nawait prompt.pushScore([${scoreJs(scored, experiment)}], { ${unit}: "${id}" });\n`}`.trimEnd(),
    },
    {
      name: "Python",
      how: "pip install httpx, or use any HTTP client.",
      code: `import httpx

api = httpx.Client(base_url="${endpoint}", headers={"Authorization": "Bearer ${key}"})

# the same ${experiment.unit} always gets the same variant
assigned = api.post("/api/v3/experiments/evaluate", json={
    "experimentTitle": ${title},
    "context": ${context},
}).raise_for_status().json()["data"]
content = assigned["prompt"]["content"]  # JSON text: messages, or [{"content": ...}]

# ... your LLM request ...
${outcomePython(scored, outcome, unit, id, experiment)}`.trimEnd(),
    },
    {
      name: "curl",
      how: "Asks for the variant of one unit, then sends what it is judged by.",
      code: `curl ${endpoint}/api/v3/experiments/evaluate \\
  -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\
  -d '${shell(`{"experimentTitle": ${title}, "context": ${context}}`)}'
${scored === null ? outcomeCurl(endpoint, key, outcome ?? "success", unit, id, experiment.id) : scoreCurl(endpoint, key, scored, unit, id, experiment)}`,
    },
    {
      name: "OpenTelemetry",
      how: "Spans that carry these attributes join the experiment: latency, cost and errors count without further code.",
      code: `span.set_attribute("laikatest.experiment.id", "${experiment.id}")
span.set_attribute("laikatest.experiment.variant_id", assigned["bucketId"])
span.set_attribute("laikatest.${experiment.unit}.id", "${id}")`,
    },
  ];
}

function scoreJs(score: string, experiment: Experiment): string {
  return `{ name: ${JSON.stringify(score)}, type: "${typeOf(score, experiment)}", value: ${exampleOf(score, experiment)} }`;
}

function outcomePython(
  score: string | null,
  outcome: string | null,
  unit: string,
  id: string,
  { id: experimentId }: Experiment,
): string {
  const sent: string[] = [];
  if (score !== null) {
    sent.push(`api.post("/api/v1/scores", json={
    "expId": assigned["experimentId"], "bucketId": assigned["bucketId"],
    "promptVersionId": assigned["prompt"]["promptVersionId"],
    "scores": [{"name": ${JSON.stringify(score)}, "type": "int", "value": 5}],
    "${unit}": "${id}",
}).raise_for_status()`);
  }
  if (outcome !== null) {
    sent.push(`api.post("/api/v1/events", json={
    "experiment_id": "${experimentId}", "${snake(unit)}": "${id}", "outcome": ${JSON.stringify(outcome)},
}).raise_for_status()`);
  }
  return sent.join("\n");
}

function scoreCurl(
  endpoint: string,
  key: string,
  score: string,
  unit: string,
  id: string,
  { id: experimentId, variants }: Experiment,
): string {
  const body = `{"expId": "${experimentId}", "bucketId": "${variants[0]?.id ?? ""}",
       "scores": [{"name": ${JSON.stringify(score)}, "type": "int", "value": 5}], "${unit}": "${id}"}`;
  return `
# bucketId as the answer says
curl ${endpoint}/api/v1/scores \\
  -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\
  -d '${shell(body)}'`;
}

function outcomeCurl(
  endpoint: string,
  key: string,
  outcome: string,
  unit: string,
  id: string,
  experimentId: string,
): string {
  const body = `{"experiment_id": "${experimentId}", "${snake(unit)}": "${id}", "outcome": ${JSON.stringify(outcome)}}`;
  return `
curl ${endpoint}/api/v1/events \\
  -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\
  -d '${shell(body)}'`;
}

function typeOf(score: string, { metrics }: Experiment): "int" | "bool" {
  return metrics.find((metric: ExperimentMetric) => metric.score === score)?.unit === "percent" ? "bool" : "int";
}

function exampleOf(score: string, experiment: Experiment): string {
  return typeOf(score, experiment) === "bool" ? "true" : "5";
}

/** Inside single quotes of a shell. */
function shell(text: string): string {
  return text.replaceAll("'", `'\\''`);
}

function snake(unit: string): string {
  return unit === "userId" ? "user_id" : "session_id";
}

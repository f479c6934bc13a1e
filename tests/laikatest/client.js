// A user's program with the plain client. Arguments: base URL, key.
const { LaikaTest } = require("@laikatest/js-client");
const serve = require("./lines");

const [baseUrl, key] = process.argv.slice(2);
const laika = new LaikaTest(key, { baseUrl, timeout: 30_000 });
const prompts = [];
const AT_ONCE = 20;

const shown = (prompt) => ({ number: prompts.push(prompt) - 1, type: prompt.getType(), content: prompt.getContent() });

async function assigned(title, context) {
  const prompt = await laika.getExperimentPrompt(title, context);
  return {
    ...shown(prompt),
    experiment: prompt.getExperimentId(),
    bucket: prompt.getBucketId(),
    version: prompt.getPromptVersionId(),
  };
}

async function assignedAll(title, users) {
  const buckets = {};
  const waiting = [...users];
  const worker = async () => {
    for (let userId = waiting.pop(); userId !== undefined; userId = waiting.pop())
      buckets[userId] = (await laika.getExperimentPrompt(title, { userId })).getBucketId();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return buckets;
}

serve({
  fetch: async (name, options) => shown(await laika.getPrompt(name, options)),
  compile: async (number, variables) => prompts[number].compile(variables).getContent(),
  assign: assigned,
  assignAll: assignedAll,
  score: async (number, scores, by) => prompts[number].pushScore(scores, by),
}).then(() => laika.destroy());

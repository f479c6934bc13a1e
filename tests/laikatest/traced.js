// A user's program with tracing. Arguments: base URL, key, address of the LLM provider.
const { LaikaTest, runWithContextAsync, runWithPropertiesAsync, setSessionId, setUserId, setProperty } = require("@laikatest/sdk");
const serve = require("./lines");

const [baseUrl, apiKey, provider] = process.argv.slice(2);
const laika = LaikaTest.init({ apiKey, baseUrl, serviceName: "shop", timeout: 30_000 });
const OpenAI = require("openai"); // after init: the instrumentation must come first

// The user's prompt of the experiment, a call of the model with it, and scores for the answer.
async function reply(title, userId, scenario, scores) {
  const request = async () => {
    setUserId(userId);
    setSessionId(`session of ${userId}`);
    setProperty("feature", "chat");
    const prompt = await laika.getExperimentPrompt(title, { userId, plan: "pro" });
    const openai = new OpenAI({ apiKey: "unused", baseURL: `${provider}/${scenario}/v1`, maxRetries: 0 });
    const messages = [{ role: "user", content: prompt.compile({ name: userId }).getContent() }];
    const ended = await openai.chat.completions.create({ model: "gpt-4o-mini", messages }).then(
      (answer) => answer.choices[0].message.content,
      (e) => e.constructor.name,
    );
    const { statusCode } = await prompt.pushScore(scores, { userId, sessionId: `session of ${userId}` });
    return { ended, bucket: prompt.getBucketId(), said: messages[0].content, scored: statusCode };
  };
  return runWithContextAsync(() => runWithPropertiesAsync(request)); // outside of these, nothing is set
}

serve({ reply }).then(() => laika.shutdown());

/** The context of a question "why this variant?", or what is wrong with it. */
export type Context = { context: Record<string, unknown> } | { problem: string };

/** A unit's id and the JSON that a person typed; "" is no further context. */
export function contextOf(unit: "user" | "session", id: string, json: string): Context {
  const own = id.trim() === "" ? {} : { [unit === "user" ? "userId" : "sessionId"]: id.trim() };
  if (json.trim() === "") return { context: own };
  try {
    const given: unknown = JSON.parse(json);
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      return { problem: 'Enter an object, such as {"plan": "pro"}' };
    }
    return { context: { ...given, ...own } };
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : "it cannot be read"}` };
  }
}

// A program that does one step a line: `[step, ...arguments]` on stdin, its outcome or its failure on stdout.
const { createInterface } = require("node:readline");

console.log = console.error; // the packages greet; stdout is for outcomes

module.exports = async function serve(steps) {
  for await (const line of createInterface({ input: process.stdin })) {
    const [step, ...given] = JSON.parse(line);
    const told = await steps[step](...given).then(
      (outcome) => ({ outcome }),
      (e) => ({ failure: { class: e.constructor.name, message: e.message, status: e.statusCode ?? null } }),
    );
    process.stdout.write(JSON.stringify(told) + "\n");
  }
};

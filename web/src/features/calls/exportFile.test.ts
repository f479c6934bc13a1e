import { expect, test } from "vitest";
import { receive, type Progress, type Sink } from "./exportFile";

function memory() {
  const state = { text: "", closed: false, aborted: false };
  const decoder = new TextDecoder();
  const sink: Sink = {
    write: (piece) => Promise.resolve(void (state.text += decoder.decode(piece))),
    close: () => Promise.resolve(void (state.closed = true)),
    abort: () => Promise.resolve(void (state.aborted = true)),
  };
  return { state, sink };
}

const answering = (body: BodyInit, init: ResponseInit = {}) =>
  (() => Promise.resolve(new Response(body, init))) as typeof fetch;
const signal = new AbortController().signal;

test("rows are counted against those to come, without the line of names", async () => {
  const { state, sink } = memory();
  const told: Progress[] = [];
  const options = { lines: true, header: true, signal, onProgress: (progress: Progress) => told.push(progress) };
  const answer = answering("id\na\nb\n", { headers: { "X-Total-Rows": "2" } });
  expect(await receive("/x", sink, options, answer)).toEqual({ rows: 2, total: 2, bytes: 7 });
  expect(told.at(-1)).toEqual({ rows: 2, total: 2, bytes: 7 });
  expect([state.text, state.closed]).toEqual(["id\na\nb\n", true]);
});

test("a refusal is told in the server's words", async () => {
  const { state, sink } = memory();
  const options = { lines: true, header: true, signal, onProgress: () => undefined };
  const answer = answering('{"success":false,"error":"too many files are being made"}', { status: 503 });
  await expect(receive("/x", sink, options, answer)).rejects.toThrow("too many files are being made");
  expect(state.closed).toBe(false);
});

test("a file that breaks off is not kept", async () => {
  const { state, sink } = memory();
  const broken = new ReadableStream({
    pull(controller) {
      controller.error(new Error("gone"));
    },
  });
  const options = { lines: false, header: false, signal, onProgress: () => undefined };
  await expect(receive("/x", sink, options, answering(broken))).rejects.toThrow("gone");
  expect([state.aborted, state.closed]).toEqual([true, false]);
});

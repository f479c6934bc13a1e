import { expect, test } from "vitest";
import { ApiError, apiUrl, createApi } from "./client";

function answering(status: number, body: string) {
  const seen: { url: string; init: RequestInit }[] = [];
  let signedOut = 0;
  const api = createApi({
    fetch: (url, init) => {
      seen.push({ url: url as string, init: init ?? {} });
      return Promise.resolve(new Response(status === 204 ? null : body, { status }));
    },
    csrfToken: () => "t0k",
    signedOut: () => {
      signedOut += 1;
    },
  });
  return { api, seen, signedOut: () => signedOut };
}

test("data and meta come out of the envelope", async () => {
  const { api } = answering(200, '{"success": true, "data": [1], "meta": {"next_cursor": "c"}}');
  expect(await api("/calls")).toEqual({ data: [1], meta: { next_cursor: "c" } });
});

test("a refusal carries its code, field and message", async () => {
  const { api } = answering(422, '{"success": false, "error": "name is empty", "code": "invalid", "field": "name"}');
  const error = await api("/projects", { method: "POST", body: {} }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 422, code: "invalid", field: "name", message: "name is empty" });
});

test("a page that is not the API's is reported by its status", async () => {
  const { api } = answering(502, "<html>Bad gateway</html>");
  await expect(api("/calls")).rejects.toThrow("The server answered 502");
});

test("only writes carry the CSRF token", async () => {
  const { api, seen } = answering(204, "");
  await api("/keys");
  await api("/keys/1", { method: "DELETE" });
  expect(seen.map(({ init }) => new Headers(init.headers).get("X-CSRF-Token"))).toEqual([null, "t0k"]);
});

test("a 401 ends the session", async () => {
  const { api, signedOut } = answering(401, '{"success": false, "error": "sign in", "code": "unauthorized"}');
  await expect(api("/calls")).rejects.toThrow("sign in");
  expect(signedOut()).toBe(1);
});

test("addresses leave out what is not set", () => {
  expect(apiUrl("/calls", { project: "p 1", status: null, user_id: undefined, prompt_id: "", limit: 0 })).toBe(
    "/api/v1/calls?project=p+1&prompt_id=&limit=0",
  );
});

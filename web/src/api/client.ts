/** What the server said went wrong. `status` 0: it did not answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;

  constructor(status: number, code: string, message: string, field: string | null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

export type Params = Record<string, string | number | boolean | null | undefined>;

export interface Request {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  params?: Params;
  /** Sent as JSON; a Blob as it is, with its own type. */
  body?: unknown;
  signal?: AbortSignal;
  /** Seconds that the answer may be old; without it, it is of now. */
  maxAge?: number;
}

export interface Answer<T> {
  data: T;
  meta: Record<string, unknown>;
}

/** Calls the API under /api/v1. Rejects with ApiError, or AbortError when `signal` fires. */
export type Api = <T>(path: string, request?: Request) => Promise<Answer<T>>;

interface Surroundings {
  fetch: typeof fetch;
  /** The token that proves a write comes from this page, null when signed out. */
  csrfToken: () => string | null;
  /** The session has ended. */
  signedOut: () => void;
}

export function createApi({ fetch, csrfToken, signedOut }: Surroundings): Api {
  return async <T>(path: string, { method = "GET", params = {}, body, signal, maxAge }: Request = {}) => {
    const headers: Record<string, string> = { Accept: "application/json" };
    const raw = body instanceof Blob;
    if (body !== undefined) headers["Content-Type"] = raw ? body.type : "application/json";
    if (maxAge !== undefined) headers["Cache-Control"] = `max-age=${maxAge}`;
    const token = csrfToken();
    if (method !== "GET" && token !== null) headers["X-CSRF-Token"] = token;
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (body !== undefined) init.body = raw ? body : JSON.stringify(body);
    if (signal !== undefined) init.signal = signal;
    const response = await fetch(apiUrl(path, params), init).catch((reason: unknown) => {
      if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
      throw new ApiError(0, "unreachable", "The server does not answer. Check that it runs, then try again.", null);
    });
    if (response.status === 401 && token !== null) signedOut();
    if (response.status === 204) return { data: undefined as T, meta: {} };
    return unwrap<T>(response.status, await response.text());
  };
}

/** The address of an API resource; parameters that are null or undefined are left out ("" asks for "not known"). */
export function apiUrl(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined) search.set(name, String(value));
  }
  const query = search.toString();
  return `/api/v1${path}${query === "" ? "" : `?${query}`}`;
}

function unwrap<T>(status: number, text: string): Answer<T> {
  const envelope = parseEnvelope(text);
  if (envelope?.success === true) return { data: envelope.data as T, meta: envelope.meta ?? {} };
  const message = envelope?.error ?? `The server answered ${status} without saying why. Try again.`;
  throw new ApiError(status, envelope?.code ?? "unknown", message, envelope?.field ?? null);
}

interface Envelope {
  success: boolean;
  data?: unknown;
  meta?: Record<string, unknown>;
  error?: string;
  code?: string;
  field?: string;
}

function parseEnvelope(text: string): Envelope | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && "success" in parsed ? (parsed as Envelope) : null;
  } catch {
    return null; // a proxy's HTML page, or nothing: the caller reports the status
  }
}

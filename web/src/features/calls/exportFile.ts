/** Where an export goes, piece by piece. */
export interface Sink {
  write: (piece: Uint8Array<ArrayBuffer>) => Promise<void>;
  close: () => Promise<void>;
  /** Nothing of it is kept. */
  abort: () => Promise<void>;
}

export interface Progress {
  rows: number | null;
  total: number | null;
  bytes: number;
}

const NEWLINE = 10;

/** Reads the file at `address` into `sink`. Rows are counted where the format has a line a row; rejects when it breaks off. */
export async function receive(
  address: string,
  sink: Sink,
  {
    lines,
    header,
    signal,
    onProgress,
  }: {
    lines: boolean;
    /** The first line is not a row. */
    header: boolean;
    signal: AbortSignal;
    onProgress: (progress: Progress) => void;
  },
  fetcher: typeof fetch = fetch,
): Promise<Progress> {
  const response = await fetcher(address, { signal, credentials: "same-origin" });
  if (!response.ok || response.body === null) throw new Error(await reasonOf(response));
  const named = response.headers.get("X-Total-Rows");
  const progress: Progress = { rows: lines ? 0 : null, total: named === null ? null : Number(named), bytes: 0 };
  const reader = response.body.getReader();
  let seen = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      await sink.write(value);
      progress.bytes += value.byteLength;
      if (lines) {
        for (const byte of value) if (byte === NEWLINE) seen += 1;
        progress.rows = Math.max(0, seen - (header ? 1 : 0));
      }
      onProgress({ ...progress });
    }
  } catch (error) {
    await sink.abort();
    throw error;
  }
  await sink.close();
  return progress;
}

async function reasonOf(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "error" in body && typeof body.error === "string")
      return body.error;
  } catch {
    // not the product's own answer
  }
  return `The server answered ${response.status}. Try again in a moment.`;
}

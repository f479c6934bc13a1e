import { Alert, Button, Group, Modal, Progress as ProgressBar, SegmentedControl, Stack, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { format, formatExact } from "../../format/number";
import { receive, type Progress } from "./exportFile";
import { sinkFor, streamsToDisk } from "./sinks";

const FORMATS = [
  { value: "csv", label: "CSV", type: "text/csv", lines: true },
  { value: "ndjson", label: "NDJSON", type: "application/x-ndjson", lines: true },
  { value: "parquet", label: "Parquet", type: "application/vnd.apache.parquet", lines: false },
] as const;
const KILOBYTE = 1000;
const MEGABYTE = 1_000_000;

interface Props {
  /** Address of the file in a format. */
  address: (format: string) => string;
  onClose: () => void;
}

/** All calls of the list as a file, with how far it is. */
export function ExportDialog({ address, onClose }: Props) {
  const [form, setForm] = useState<(typeof FORMATS)[number]["value"]>("csv");
  const [progress, setProgress] = useState<Progress | null>(null);
  const [state, setState] = useState<"idle" | "running" | "done">("idle");
  const [error, setError] = useState<string | null>(null);
  const abort = useRef<AbortController>(null);
  const chosen = FORMATS.find(({ value }) => value === form) ?? FORMATS[0];

  const start = async () => {
    setError(null);
    const stop = new AbortController();
    abort.current = stop;
    try {
      const sink = await sinkFor(`calls.${form}`, chosen.type);
      if (sink === null) return;
      setState("running");
      setProgress({ rows: null, total: null, bytes: 0 });
      const options = { lines: chosen.lines, header: form === "csv", signal: stop.signal, onProgress: setProgress };
      setProgress(await receive(address(form), sink, options));
      setState("done");
    } catch (reason) {
      setState("idle");
      setProgress(null);
      if (!stop.signal.aborted) setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  const close = () => {
    abort.current?.abort();
    onClose();
  };
  const running = state === "running";
  return (
    <Modal opened onClose={close} title="Export calls" size="md">
      <Stack gap="sm">
        <Text size="sm">All calls that the filters and the time range let through, without their messages.</Text>
        <SegmentedControl
          aria-label="Format"
          disabled={running}
          value={form}
          onChange={(value) => {
            setForm(value);
            setState("idle");
            setProgress(null);
          }}
          data={FORMATS.map(({ value, label }) => ({ value, label }))}
        />
        {!streamsToDisk() && (
          <Text size="xs" c="dimmed">
            This browser keeps the file in memory until it is whole. For millions of calls use the API; it goes on where
            it broke off.
          </Text>
        )}
        {progress !== null && (
          <div>
            <ProgressBar
              aria-label="Received"
              animated={running}
              value={shareOf(progress, state === "done")}
              color={state === "done" ? "teal" : "blue"}
            />
            <Text size="xs" mt={4} role="status">
              {progressText(progress, state === "done")}
            </Text>
          </div>
        )}
        {error !== null && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group justify="flex-end">
          {running && (
            <Button variant="default" onClick={() => abort.current?.abort()}>
              Cancel
            </Button>
          )}
          {state === "done" ? (
            <Button onClick={close}>Close</Button>
          ) : (
            <Button onClick={() => void start()} loading={running}>
              Export
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function shareOf({ rows, total }: Progress, done: boolean): number {
  if (done) return 100;
  return total === null || total === 0 || rows === null ? 0 : Math.min(100, (100 * rows) / total);
}

function progressText({ rows, total, bytes }: Progress, done: boolean): string {
  const size =
    bytes < MEGABYTE
      ? `${format(Math.ceil(bytes / KILOBYTE), "count")}\u00a0kB`
      : `${format(bytes / MEGABYTE, "number")}\u00a0MB`;
  const count = done ? (rows ?? total) : rows;
  const of = done || total === null ? "" : ` of ${formatExact(total, "count")}`;
  const calls = count === null ? "" : `${formatExact(count, "count")}${of} calls, `;
  return `${calls}${size}${done ? ", complete" : ""}`;
}

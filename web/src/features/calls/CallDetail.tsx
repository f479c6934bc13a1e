import { Group } from "@mantine/core";
import { Link } from "react-router";
import type { CallDetail as Detail } from "../../api/types";
import { format, formatExact } from "../../format/number";
import { formatTime, zoneOffsetName } from "../../format/time";
import { versionName } from "../../format/versionName";
import { useProject } from "../../state/ProjectContext";
import { useHref } from "../../state/useHref";
import { whereParam } from "../../state/whereParam";
import { CallStatusMark } from "../../ui/CallStatusMark";
import { CopyButton } from "../../ui/CopyButton";
import { promptName } from "../../ui/promptName";
import { promptPath } from "../../ui/promptPath";
import { Snippet } from "../../ui/Snippet";
import classes from "./CallDetail.module.css";
import { CallExperiment } from "./CallExperiment";
import { CallScores } from "./CallScores";
import { FieldList, type Field } from "./FieldList";
import { TraceTree } from "./TraceTree";
import { Waterfall } from "./Waterfall";

const COST_SOURCE: Record<Detail["cost_source"], string> = {
  client: "sent by the client",
  price_list: "public price list",
  override: "your price",
  unpriced: "no usage or no price known",
};

/** Everything that is known of one call. */
export function CallDetail({ call }: { call: Detail }) {
  const { time_zone: zone, capture_content: captures } = useProject();
  const href = useHref();
  const tokens = (value: number | null) => (value === null ? null : formatExact(value, "tokens"));
  const cost = call.cost_usd === null ? null : formatExact(call.cost_usd, "usd");
  return (
    <div className={classes["detail"]}>
      <div>
        <Group gap="sm">
          <CallStatusMark status={call.status} errorType={call.error_type} />
          <strong className={classes["prompt"]}>
            {call.prompt_id === null ? (
              promptName(null)
            ) : (
              <Link to={href(promptPath(call.prompt_id))} title="Versions, deployments, figures by version">
                {call.prompt_id}
              </Link>
            )}{" "}
            {call.prompt_version !== null && versionName(call.prompt_version)}
          </strong>
        </Group>
        <p className={classes["line"]}>
          {formatTime(call.timestamp, "dateSecond", zone)} {zoneOffsetName(zone, Date.parse(call.timestamp))} ·{" "}
          {format(call.latency_ms, "ms")} · {format(call.cost_usd, "usd")}
        </p>
        <Group gap="xs">
          <code className={classes["id"]}>{call.id}</code>
          <CopyButton text={call.id} label="Copy id" />
          <CopyButton text={permalink(call.id)} label="Copy link" />
        </Group>
      </div>

      {call.status === "error" && (
        <section className={classes["error"]}>
          <h3>Error</h3>
          {call.error_message !== null && <p className={classes["message"]}>{call.error_message}</p>}
          <FieldList
            fields={[
              ["Type", call.error_type, { error_type: call.error_type }],
              ["Family", call.error_family, { error_family: call.error_family }],
              ["Class", call.error_name],
              ["HTTP status", call.http_status],
            ]}
          />
          {call.error_pattern !== null && (
            <Link to={href("/calls", { where: similarTo(call.error_pattern) })}>Similar failures</Link>
          )}
        </section>
      )}

      <section>
        <h3>Time</h3>
        <Waterfall call={call} />
        {call.inexact_latency && (
          <p className={classes["line"]}>Measured around the call: its own time is at most this.</p>
        )}
      </section>

      <section>
        <h3>Tokens and cost</h3>
        <div className={classes["groups"]}>
          <FieldList
            fields={[
              ["Input tokens", tokens(call.input_tokens)],
              ["of them cached", tokens(call.cached_input_tokens)],
              ["of them written to cache", tokens(call.cache_write_tokens)],
              ["Output tokens", tokens(call.output_tokens)],
              ["of them reasoning", tokens(call.reasoning_tokens)],
              ["Total tokens", tokens(call.total_tokens)],
            ]}
          />
          <FieldList
            fields={[
              ["Cost", cost ?? "not known"],
              ["Cost source", COST_SOURCE[call.cost_source]],
              ["Prices of", call.price_date],
            ]}
          />
        </div>
      </section>

      <section>
        <h3>Request</h3>
        <FieldList
          fields={[
            ["Provider", call.provider, { provider: call.provider }],
            ["Model", call.model, { model: call.model }],
            ["Answered by", call.response_model === call.model ? null : call.response_model],
            ["Operation", call.operation],
            ["Finish reason", call.finish_reason],
            ["Streaming", yes(call.streaming)],
            ["Incomplete", call.incomplete ? "yes: the stream was not read to its end" : null],
            ["Retries", call.retries],
            ["HTTP status", call.status === "error" ? null : call.http_status],
            ["Environment", call.environment],
            ["Feature", call.feature, { feature: call.feature }],
            ["User", call.user_id, { user_id: call.user_id }],
            ["Session", call.session_id, { session_id: call.session_id }],
            ["Trace", call.trace_id, { trace_id: call.trace_id }],
            ["Parent", call.parent_id],
            ["Service", call.service],
            ["Instrumentation", call.scope],
            ["Received", formatTime(call.received_at, "dateSecond", zone)],
          ]}
        />
      </section>

      <CallExperiment call={call} />
      <CallScores callId={call.id} />

      {Object.keys(call.properties).length > 0 && (
        <section>
          <h3>Properties</h3>
          <FieldList fields={Object.entries(call.properties).map(([name, value]): Field => [name, value])} />
        </section>
      )}

      <section>
        <h3>Input and output</h3>
        {call.input === null && call.output === null && (
          <p className={classes["line"]}>
            {captures
              ? "This call came without texts."
              : "Texts are not kept in this project. An admin can switch that on in Settings."}
          </p>
        )}
        {call.input !== null && <Text label="Input" text={call.input} />}
        {call.output !== null && <Text label="Output" text={call.output} />}
      </section>

      {call.related.length > 0 && <TraceTree call={call} related={call.related} />}
    </div>
  );
}

function Text({ label, text }: { label: string; text: string }) {
  return (
    <div className={classes["text"]}>
      <h4 aria-hidden>{label}</h4>
      <Snippet code={readable(text)} label={label} />
    </div>
  );
}

function similarTo(pattern: string): string {
  return whereParam([{ dimension: "error_pattern", op: "in", values: [pattern] }]);
}

function permalink(id: string): string {
  const project = new URLSearchParams(window.location.search).get("project");
  const query = project === null ? "" : `?project=${encodeURIComponent(project)}`;
  return `${window.location.origin}/calls/${encodeURIComponent(id)}${query}`;
}

function yes(value: boolean | null): string | null {
  return value === null ? null : value ? "yes" : "no";
}

/** JSON is indented; other text is left as it is. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

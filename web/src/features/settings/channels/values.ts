import { ApiError } from "../../../api/client";
import type { ChangedChannel, Channel, ChannelKind, NewChannel, Severity } from "../../../api/channels";

/** As typed. Secrets of a stored channel are empty: they stay as they are unless typed anew. */
export interface ChannelValues {
  name: string;
  kind: ChannelKind;
  addresses: string[];
  url: string;
  routing_key: string;
  region: "us" | "eu";
  authorization: string;
  severities: Severity[];
}

export function valuesOf(channel: Channel | null): ChannelValues {
  return {
    name: channel?.name ?? "",
    kind: channel?.kind ?? "email",
    addresses: channel?.addresses ?? [],
    url: "",
    routing_key: "",
    region: channel?.region ?? "us",
    authorization: "",
    severities: channel?.severities ?? ["warning", "critical"],
  };
}

/** The fields that a kind has. */
export function newChannel(values: ChannelValues): NewChannel {
  const { name, kind, severities } = values;
  const body: NewChannel = { name: name.trim(), kind, enabled: true, severities };
  if (kind === "email") return { ...body, addresses: values.addresses };
  if (kind === "pagerduty") return { ...body, routing_key: values.routing_key.trim(), region: values.region };
  body.url = values.url.trim();
  if (kind === "webhook" && values.authorization !== "") body.authorization = values.authorization;
  return body;
}

export function changeOf(values: ChannelValues): ChangedChannel {
  const { name, kind, severities } = values;
  const body: ChangedChannel = { name: name.trim(), severities, new_signing_secret: false };
  if (kind === "email") body.addresses = values.addresses;
  if (kind === "pagerduty") body.region = values.region;
  if (values.routing_key.trim() !== "") body.routing_key = values.routing_key.trim();
  if (values.url.trim() !== "") body.url = values.url.trim();
  if (values.authorization !== "") body.authorization = values.authorization;
  return body;
}

export function problemsOf(values: ChannelValues, stored: boolean) {
  const { kind } = values;
  const byUrl = kind === "slack" || kind === "webhook" || kind === "apprise";
  return {
    name: values.name.trim() === "" ? "Name it, such as On call" : null,
    addresses: kind === "email" && values.addresses.length === 0 ? "Enter at least one address" : null,
    url: byUrl && !stored && values.url.trim() === "" ? "Enter the URL" : null,
    routing_key:
      kind === "pagerduty" && !stored && values.routing_key.trim() === "" ? "Enter the integration key" : null,
  };
}

/** The field that shows what the API refused; one of several addresses is of the field of all. */
export function fieldOf(error: Error | null): keyof ChannelValues | null {
  const name = error instanceof ApiError ? (error.field?.replace(/^body\./, "").split(/[.[]/)[0] ?? "") : "";
  return name in valuesOf(null) ? (name as keyof ChannelValues) : null;
}

/** The shapes of the HTTP API, by hand until the server's OpenAPI document describes them. */
import type { Unit } from "../format/number";

export type Role = "viewer" | "editor" | "admin";
export type Scope = "ingest" | "read" | "admin";

export interface User {
  id: string;
  email: string;
  name: string;
  /** Admin of the whole server: every project, and new ones. */
  is_admin: boolean;
  has_password: boolean;
}

export interface Project {
  id: string;
  name: string;
  time_zone: string;
  capture_content: boolean;
  created_at: string;
  role?: Role;
}

export interface Session {
  user: User;
  csrf_token: string;
  projects: Project[];
}

export interface ApiKey {
  id: string;
  project: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  created_at: string;
  created_by: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface NewApiKey extends ApiKey {
  /** The key itself, answered once. */
  key: string;
}

export interface Member {
  user_id: string;
  email: string;
  name: string | null;
  role: Role;
  added_at: string;
}

export interface AddedMember extends Member {
  /** Path with a one-time token, for a person who is new. */
  sign_in_link?: string | null;
}

/** Prices are decimals as strings, in USD for a million tokens. */
export interface Price {
  id: string;
  provider: string;
  model: string;
  valid_from: string;
  input_usd_per_mtok: string;
  output_usd_per_mtok: string;
  cached_input_usd_per_mtok: string | null;
  cache_write_usd_per_mtok: string | null;
  created_at: string;
  created_by: string | null;
}

export interface NewPrice {
  provider: string;
  model: string;
  valid_from: string;
  input_usd_per_mtok: string;
  output_usd_per_mtok: string;
  cached_input_usd_per_mtok?: string;
  cache_write_usd_per_mtok?: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  actor: string;
  action: string;
  target: string;
  detail: Record<string, string | number | boolean | null>;
}

export interface Status {
  calls_stored: number;
  first_call_at: string | null;
  last_call_at: string | null;
  unpriced_models: { provider: string | null; model: string | null; calls: number }[];
  dropped: Record<string, number>;
  rate_limit: { limit: number; used: number } | null;
}

export type Better = "up" | "down" | "neither";
export type BandName = "healthy" | "warning" | "critical";

/** A metric's value is in the band with the highest `above` that it reaches. */
export interface Band {
  name: BandName;
  above: number;
  inclusive: boolean;
}

export interface MetricInfo {
  key: string;
  label: string;
  unit: Unit;
  better: Better;
}

export interface CatalogueMetric extends MetricInfo {
  description: string;
  bands?: Band[] | null;
}

export interface Catalogue {
  metrics: CatalogueMetric[];
  dimensions: { key: string; label: string }[];
}

export type Trend = "rising" | "falling" | "steady";
export type Group = Record<string, string | null>;
export type Values = Record<string, (number | null)[][]>;

export interface Query {
  metrics: string[];
  start: string;
  end: string;
  bucket?: string;
  by?: string[];
  where?: { dimension: string; op: "in" | "not_in"; values: (string | null)[] }[];
  compare?: "previous";
  tz?: string;
  limit?: number;
  order_by?: string;
}

export interface Frame {
  start: string;
  end: string;
  buckets: string[] | null;
  groups: Group[];
  /** metric key -> group -> bucket; one bucket when `buckets` is null; null is no data. */
  values: Values;
}

export interface QueryResult extends Frame {
  bucket: string | null;
  metrics: MetricInfo[];
  source: string;
  rows_read: number;
  elapsed_ms: number;
  last_bucket_partial: boolean;
  compare?: Frame | null;
  change?: Record<string, { percent: number | null; trend: Trend | null }[]> | null;
}

export type CallStatus = "success" | "error";

/** One LLM call as the list shows it. */
export interface CallRow {
  id: string;
  timestamp: string;
  prompt_id: string | null;
  prompt_version: string | null;
  provider: string | null;
  model: string | null;
  response_model: string | null;
  operation: string | null;
  status: CallStatus;
  error_type: string | null;
  error_family: string | null;
  error_name: string | null;
  error_message: string | null;
  http_status: number | null;
  incomplete: boolean;
  finish_reason: string | null;
  streaming: boolean | null;
  retries: number | null;
  latency_ms: number;
  /** The duration of a wrapper around the call: an upper bound. */
  inexact_latency: boolean;
  llm_ms: number | null;
  network_ms: number | null;
  queue_ms: number | null;
  first_token_ms: number | null;
  input_tokens: number | null;
  output_tokens: number | null;
  total_tokens: number | null;
  cached_input_tokens: number | null;
  cache_write_tokens: number | null;
  reasoning_tokens: number | null;
  cost_usd: number | null;
  cost_source: "client" | "price_list" | "override" | "unpriced";
  price_date: string | null;
  user_id: string | null;
  session_id: string | null;
  feature: string | null;
  environment: string | null;
  experiment_id: string | null;
  variant_id: string | null;
  trace_id: string | null;
  parent_id: string | null;
  service: string | null;
  scope: string | null;
  properties: Record<string, string>;
  received_at: string;
}

export interface CallDetail extends CallRow {
  input: string | null;
  output: string | null;
  related: CallRow[];
}

-- One row a call, written once. "" and NULL mean "not known".
-- Durations are whole microseconds: as 64-bit floats they took three times the room, and sums of integers are the same
-- in every order. `odd_total_tokens` is set only where the reported total is not input + output.
-- Merging fewer, larger groups of parts and keeping no column statistics takes a third off the cost of small inserts.
-- Sorted by time inside a project: lists read the newest rows alone, ranges read their own granules.
CREATE TABLE calls {on_cluster} (
  project LowCardinality(String),
  ts DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  id String CODEC(ZSTD(1)),
  operation LowCardinality(String),
  prompt_id LowCardinality(String),
  prompt_version LowCardinality(String),
  provider LowCardinality(String),
  model LowCardinality(String),
  response_model LowCardinality(String),
  status LowCardinality(String),
  incomplete Bool,
  error_type LowCardinality(String),
  error_family LowCardinality(String),
  error_name LowCardinality(String),
  error_message String CODEC(ZSTD(1)),
  http_status Nullable(UInt16),
  finish_reason LowCardinality(String),
  streaming Bool,
  retries Nullable(UInt16),
  latency_us UInt64 CODEC(T64, ZSTD(1)),
  inexact_latency Bool,
  llm_us Nullable(UInt64) CODEC(T64, ZSTD(1)),
  network_us Nullable(UInt64) CODEC(T64, ZSTD(1)),
  queue_us Nullable(UInt64) CODEC(T64, ZSTD(1)),
  first_token_us Nullable(UInt64) CODEC(T64, ZSTD(1)),
  input_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
  output_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
  odd_total_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
  cached_input_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
  cache_write_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
  reasoning_tokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
  cost_usd Nullable(Decimal(18, 9)) CODEC(ZSTD(1)),
  cost_source LowCardinality(String),
  price_date LowCardinality(String),
  user_id String CODEC(ZSTD(1)),
  session_id String CODEC(ZSTD(1)),
  feature LowCardinality(String),
  environment LowCardinality(String),
  service LowCardinality(String),
  scope LowCardinality(String),
  experiment_id LowCardinality(String),
  variant_id LowCardinality(String),
  trace_id String CODEC(ZSTD(1)),
  parent_id String CODEC(ZSTD(1)),
  properties Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  received_at DateTime('UTC') CODEC(Delta, ZSTD(1)),
  latency_ms Float64 ALIAS latency_us / 1000,
  llm_ms Nullable(Float64) ALIAS llm_us / 1000,
  network_ms Nullable(Float64) ALIAS network_us / 1000,
  queue_ms Nullable(Float64) ALIAS queue_us / 1000,
  first_token_ms Nullable(Float64) ALIAS first_token_us / 1000,
  total_tokens Nullable(UInt64) ALIAS coalesce(odd_total_tokens, input_tokens + output_tokens, input_tokens, output_tokens),
  INDEX id_bloom id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {engine}
PARTITION BY toYYYYMM(ts)
ORDER BY (project, ts)
SETTINGS non_replicated_deduplication_window = 1000, merge_selector_base = 20, auto_statistics_types = '';

-- Texts are large and rarely read: kept apart so that no metric and no list ever touches them. They may come in
-- several parts (log records of a call): the longest text of each side is the text.
CREATE TABLE call_texts {on_cluster} (
  project LowCardinality(String),
  id String CODEC(ZSTD(1)),
  input String CODEC(ZSTD(3)),
  output String CODEC(ZSTD(3)),
  received_at DateTime('UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = {engine}
PARTITION BY toYYYYMM(received_at)
ORDER BY (project, id)
SETTINGS non_replicated_deduplication_window = 1000;

-- Which days the rollup of days tells truly (metrics/days.py).
CREATE TABLE whole_days {on_cluster} (
  project LowCardinality(String),
  day Date
)
ENGINE = {engine}
ORDER BY (project, day)
SETTINGS non_replicated_deduplication_window = 1000;

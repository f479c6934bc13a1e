-- Scores and events are few beside calls, and come late: rows of their own, in the order of time.
-- `submission_id` and `id` are looked up before an insert, so that a repeated request is stored once.
CREATE TABLE scores {on_cluster} (
  project LowCardinality(String),
  ts DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  submission_id String CODEC(ZSTD(1)),
  name LowCardinality(String),
  type LowCardinality(String),
  number Nullable(Float64) CODEC(ZSTD(1)),
  text String CODEC(ZSTD(1)),
  experiment_id LowCardinality(String),
  variant_id LowCardinality(String),
  prompt_id LowCardinality(String),
  prompt_version LowCardinality(String),
  user_id String CODEC(ZSTD(1)),
  session_id String CODEC(ZSTD(1)),
  trace_id String CODEC(ZSTD(1)),
  call_id String CODEC(ZSTD(1)),
  environment LowCardinality(String),
  source LowCardinality(String),
  client_version LowCardinality(String),
  comment String CODEC(ZSTD(1)),
  received_at DateTime('UTC') CODEC(Delta, ZSTD(1)),
  INDEX submission_bloom submission_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX call_bloom call_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {engine}
PARTITION BY toYYYYMM(ts)
ORDER BY (project, ts)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE events {on_cluster} (
  project LowCardinality(String),
  experiment_id LowCardinality(String),
  ts DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  id String CODEC(ZSTD(1)),
  kind LowCardinality(String),
  variant_id LowCardinality(String),
  variant_name LowCardinality(String),
  unit_id String CODEC(ZSTD(1)),
  user_id String CODEC(ZSTD(1)),
  session_id String CODEC(ZSTD(1)),
  outcome LowCardinality(String),
  score Nullable(Float64) CODEC(ZSTD(1)),
  prompt_id LowCardinality(String),
  prompt_version LowCardinality(String),
  trace_id String CODEC(ZSTD(1)),
  call_id String CODEC(ZSTD(1)),
  context String CODEC(ZSTD(1)),
  metadata String CODEC(ZSTD(1)),
  received_at DateTime('UTC') CODEC(Delta, ZSTD(1)),
  INDEX id_bloom id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {engine}
PARTITION BY toYYYYMM(ts)
ORDER BY (project, experiment_id, ts)
SETTINGS non_replicated_deduplication_window = 1000;

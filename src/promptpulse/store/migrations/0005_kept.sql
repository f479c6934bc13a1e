-- From which UTC day on a project's rows are kept (metrics/kept.py). A later row with a later day takes the place of an
-- earlier one; days never go back. Beside the data, so that a backup has both of one moment.
CREATE TABLE kept_from {on_cluster} (
  project LowCardinality(String),
  what LowCardinality(String),
  day Date
)
ENGINE = {engine}
ORDER BY (project, what);

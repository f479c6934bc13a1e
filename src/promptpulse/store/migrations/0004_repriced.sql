-- New prices of stored calls, on their way into `calls` (metrics/repriced.py): of one project and a bounded number of calls
-- at a time. In memory, and on disk so that a job goes on after a crash.
CREATE TABLE repriced {on_cluster} (
  id String,
  cost_usd Nullable(Decimal(18, 9)),
  cost_source String,
  price_date String
)
ENGINE = Join(ANY, LEFT, id);

-- failure-admin: the newest failure of every document that ever failed.
CREATE TABLE failures (
  id uuid PRIMARY KEY,
  step text NOT NULL,
  attempt integer NOT NULL,
  failures integer NOT NULL,
  code text NOT NULL,
  kind text NOT NULL,
  message text NOT NULL,
  detail text,
  signature text NOT NULL,
  group_id text NOT NULL,
  state text NOT NULL,
  retry jsonb,
  failed_at timestamptz(3)[] NOT NULL,
  first_failed_at timestamptz(3) NOT NULL,
  last_failed_at timestamptz(3) NOT NULL,
  position bigint NOT NULL,
  bulk uuid,
  revision bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX failures_group ON failures (group_id, position);
--> statement-breakpoint
CREATE INDEX failures_group_first ON failures (group_id, first_failed_at);
--> statement-breakpoint
CREATE INDEX failures_group_last ON failures (group_id, last_failed_at);
--> statement-breakpoint
CREATE INDEX failures_state ON failures (state, group_id, position);
--> statement-breakpoint
CREATE INDEX failures_bulk ON failures (bulk, state) WHERE bulk IS NOT NULL;
--> statement-breakpoint
-- What people said last about a group of like failures.
CREATE TABLE failure_groups (
  id text PRIMARY KEY,
  signature text NOT NULL,
  mark text NOT NULL,
  reason text,
  actor text NOT NULL,
  marked_at timestamptz(3) NOT NULL,
  position bigint NOT NULL,
  revision bigint NOT NULL
);

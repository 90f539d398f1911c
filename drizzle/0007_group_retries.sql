-- failure-admin: the newest retry of each group of failures.
CREATE TABLE group_retries (
  id text PRIMARY KEY,
  retry uuid NOT NULL,
  signature text NOT NULL,
  documents integer NOT NULL,
  per_second integer NOT NULL,
  reason text,
  actor text NOT NULL,
  state text NOT NULL,
  refused integer NOT NULL,
  requested_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  revision bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX group_retries_state ON group_retries (state, requested_at);

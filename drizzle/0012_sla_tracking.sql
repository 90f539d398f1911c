-- sla-tracking: the clocks of each document. `next_due_at` is the one timer of a document: the
-- earliest warning or breach that is still to be said.
CREATE TABLE sla_tracking (
  id uuid PRIMARY KEY,
  source text,
  label text,
  run integer NOT NULL,
  promises jsonb NOT NULL,
  clocks jsonb NOT NULL,
  state text,
  started_at timestamptz(3) NOT NULL,
  due_at timestamptz(3),
  ended_at timestamptz(3),
  next_due_at timestamptz(3),
  revision bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX sla_tracking_next_due ON sla_tracking (next_due_at, id) WHERE next_due_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX sla_tracking_state ON sla_tracking (state, due_at, id);
--> statement-breakpoint
CREATE INDEX sla_tracking_revision ON sla_tracking (revision);

-- sla-tracking: what figures about promised times are made of. Tallies of sla_tracking's rows: all
-- columns but `count` are what is counted by.
CREATE TABLE sla_promises (
  grain integer NOT NULL,
  start timestamptz(3) NOT NULL,
  clock text NOT NULL,
  target text NOT NULL,
  outcome text NOT NULL,
  step text NOT NULL,
  phase text NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (grain, start, clock, target, outcome, step, phase)
);
--> statement-breakpoint
CREATE TABLE sla_histogram (
  grain integer NOT NULL,
  start timestamptz(3) NOT NULL,
  clock text NOT NULL,
  bin integer NOT NULL,
  target text NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (grain, start, clock, bin, target)
);
--> statement-breakpoint
CREATE TABLE sla_durations (
  clock text NOT NULL,
  bin integer NOT NULL,
  start timestamptz(3) NOT NULL,
  took bigint NOT NULL,
  target text NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (clock, bin, start, took, target)
);
--> statement-breakpoint
-- The documents that are still under way: those at risk by the time left, and the oldest.
CREATE INDEX sla_tracking_open ON sla_tracking (state, due_at, id) WHERE ended_at IS NULL;
--> statement-breakpoint
CREATE INDEX sla_tracking_oldest ON sla_tracking (started_at, id) WHERE ended_at IS NULL;
--> statement-breakpoint
CREATE INDEX sla_tracking_started ON sla_tracking (started_at, id);
--> statement-breakpoint
CREATE INDEX events_sla_breached ON events (position) WHERE type = 'SlaBreached';
--> statement-breakpoint
-- The counts begin with the first document: its clocks are folded again.
TRUNCATE sla_tracking;
--> statement-breakpoint
UPDATE subscriptions SET position = 0, reload_below = revision + 1 WHERE name = 'sla-tracking';

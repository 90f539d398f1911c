-- sla-tracking: how many documents under way are in each state. A tally like those of 0014.
CREATE TABLE sla_open (
  state text PRIMARY KEY,
  count bigint NOT NULL
) WITH (fillfactor = 50);
--> statement-breakpoint
INSERT INTO sla_open
SELECT coalesce(state, ''), count(*) FROM sla_tracking WHERE ended_at IS NULL GROUP BY 1;

-- sla-tracking: how many documents under way are in each state. A tally like those of 0014.
CREATE TABLE sla_open (
  state text PRIMARY KEY,
  count bigint NOT NULL
) WITH (fillfactor = 50);
--> statement-breakpoint
INSERT INTO sla_open
SELECT coalesce(state, ''), count(*) FROM sla_tracking WHERE ended_at IS NULL GROUP BY 1;
--> statement-breakpoint
-- A rebuild that is under way has no such table: it is to be asked for again.
DROP TABLE IF EXISTS sla_tracking_rebuild;
--> statement-breakpoint
DELETE FROM parked_streams WHERE subscription = 'sla-tracking~rebuild';
--> statement-breakpoint
DELETE FROM subscriptions WHERE name = 'sla-tracking~rebuild';

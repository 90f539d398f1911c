-- The bins of the SLA figures are wider than they were: what was counted by the old ones is counted
-- again, from the first document on.
TRUNCATE sla_tracking, sla_promises, sla_histogram, sla_durations;
--> statement-breakpoint
DELETE FROM parked_streams WHERE subscription = 'sla-tracking';
--> statement-breakpoint
UPDATE subscriptions SET position = 0, reload_below = revision + 1 WHERE name = 'sla-tracking';

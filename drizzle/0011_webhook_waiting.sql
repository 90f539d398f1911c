-- Deliveries that wait without a job while their endpoint's circuit breaker is open. Like the health
-- of endpoints no fold of events: `at` and `round` make the id of the job that each of them becomes.
CREATE TABLE webhook_waiting (
  endpoint uuid NOT NULL,
  message_id text NOT NULL,
  stream text NOT NULL,
  cause uuid NOT NULL,
  at bigint NOT NULL,
  round bigint NOT NULL,
  PRIMARY KEY (endpoint, message_id)
);
--> statement-breakpoint
CREATE INDEX webhook_waiting_order ON webhook_waiting (endpoint, at, message_id);
--> statement-breakpoint
-- The newest recovery of what was given up.
ALTER TABLE webhook_endpoints ADD COLUMN recovery jsonb;

-- webhook-delivery: where messages go.
CREATE TABLE webhook_endpoints (
  id uuid PRIMARY KEY,
  url text,
  description text,
  rules text[] NOT NULL,
  state text NOT NULL,
  paused_why text,
  reason text,
  added_at timestamptz(3) NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  resumed_at timestamptz(3),
  old_secret_expires_at timestamptz(3),
  position bigint NOT NULL,
  revision bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX webhook_endpoints_state ON webhook_endpoints (state, position);
--> statement-breakpoint
-- Every message to every endpoint, and what became of it.
CREATE TABLE webhook_deliveries (
  id uuid NOT NULL,
  document uuid,
  message_id text NOT NULL,
  endpoint uuid NOT NULL,
  rule text NOT NULL,
  type text NOT NULL,
  body text NOT NULL,
  state text NOT NULL,
  attempts integer NOT NULL,
  tried integer NOT NULL,
  cause uuid NOT NULL,
  cause_position bigint NOT NULL,
  next_try_at timestamptz(3),
  last_status integer,
  last_error text,
  addressed_at timestamptz(3) NOT NULL,
  attempted_at timestamptz(3),
  ended_at timestamptz(3),
  position bigint NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (id, message_id, endpoint)
);
--> statement-breakpoint
CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint, position);
--> statement-breakpoint
CREATE INDEX webhook_deliveries_of_state ON webhook_deliveries (endpoint, state, position);
--> statement-breakpoint
CREATE INDEX webhook_deliveries_of_message ON webhook_deliveries (message_id);
--> statement-breakpoint
CREATE INDEX webhook_deliveries_revision ON webhook_deliveries (revision);
--> statement-breakpoint
-- How each endpoint behaves: what processes tell each other, no fold of events.
-- `probe_at`: nothing is sent before, once too many attempts in a row have failed; `probing`: one is under way.
CREATE TABLE webhook_health (
  endpoint uuid PRIMARY KEY,
  failures integer NOT NULL,
  failing_since timestamptz(3),
  last_success_at timestamptz(3),
  last_failure_at timestamptz(3),
  probe_at timestamptz(3),
  probing boolean NOT NULL
);

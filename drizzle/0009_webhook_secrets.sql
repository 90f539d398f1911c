-- webhook-delivery: what signs the messages to each endpoint, encrypted under SECRET_KEY.
CREATE TABLE webhook_secrets (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  endpoint uuid NOT NULL,
  sealed text NOT NULL,
  expires_at timestamptz(3)
);
--> statement-breakpoint
CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint, id);
--> statement-breakpoint
-- One signs until it is rotated.
CREATE UNIQUE INDEX webhook_secrets_current ON webhook_secrets (endpoint) WHERE expires_at IS NULL;

-- A parked stream is tried again by itself at `next_try_at`; null: only when somebody asks for it.
-- `asked`: the next try is one that somebody asked for, and no other follows when it fails.
ALTER TABLE parked_streams ADD COLUMN next_try_at timestamptz, ADD COLUMN asked boolean NOT NULL DEFAULT false;
--> statement-breakpoint
-- Those that are due are run in this order.
CREATE INDEX parked_streams_tried_again ON parked_streams (subscription, position)
  WHERE next_try_at IS NOT NULL;

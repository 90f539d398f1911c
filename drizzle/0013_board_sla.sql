-- The board tells how the promise of each document stands, filters by it, and sorts by what is due
-- first: sla_order is the due time in milliseconds while the clock runs, and the largest number after.
ALTER TABLE document_board
  ADD COLUMN sla_run integer NOT NULL DEFAULT 1,
  ADD COLUMN sla_state text,
  ADD COLUMN sla_due_at timestamptz(3),
  ADD COLUMN sla_order bigint NOT NULL DEFAULT 9007199254740991;
--> statement-breakpoint
UPDATE document_board SET sla_run = 1 + again.times FROM (
    SELECT stream, count(*) AS times FROM events WHERE type = 'ReprocessingRequested' GROUP BY stream
  ) again WHERE again.stream = 'document-' || document_board.id;
--> statement-breakpoint
ALTER TABLE document_board ALTER COLUMN sla_run DROP DEFAULT, ALTER COLUMN sla_order DROP DEFAULT;
--> statement-breakpoint
CREATE INDEX document_board_sla ON document_board (sla_state, position);
--> statement-breakpoint
-- Two orders in one direction, so that a page begins where the one before ended.
CREATE INDEX document_board_due ON document_board (sla_order, (-position));
--> statement-breakpoint
CREATE INDEX document_board_sla_due ON document_board (sla_state, sla_order, (-position));

-- Newest first by the position of a document's first event: an id that derives from an
-- Idempotency-Key says nothing about time.
ALTER TABLE document_board ADD COLUMN position bigint;
--> statement-breakpoint
UPDATE document_board SET position = events.position FROM events
  WHERE events.stream = 'document-' || document_board.id AND events.version = 1;
--> statement-breakpoint
ALTER TABLE document_board ALTER COLUMN position SET NOT NULL;
--> statement-breakpoint
CREATE UNIQUE INDEX document_board_position ON document_board (position);
--> statement-breakpoint
DROP INDEX document_board_status;
--> statement-breakpoint
CREATE INDEX document_board_status ON document_board (status, position);
--> statement-breakpoint
DROP INDEX document_board_owner;
--> statement-breakpoint
CREATE INDEX document_board_owner ON document_board (owner, position);

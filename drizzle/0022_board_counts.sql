-- How many documents of the board are in each state: counting a million rows for every page, and again
-- and again while they move, took longer than all the rest.
CREATE TABLE document_counts (
  state text PRIMARY KEY,
  count bigint NOT NULL
) WITH (fillfactor = 50);
--> statement-breakpoint
INSERT INTO document_counts
SELECT status, count(*) FROM document_board GROUP BY status
UNION ALL
SELECT sla_state, count(*) FROM document_board WHERE sla_state IS NOT NULL GROUP BY sla_state;
--> statement-breakpoint
-- A rebuild that is under way has no such table: it is to be asked for again.
DROP TABLE IF EXISTS document_board_rebuild;
--> statement-breakpoint
DELETE FROM parked_streams WHERE subscription = 'document-board~rebuild';
--> statement-breakpoint
DELETE FROM subscriptions WHERE name = 'document-board~rebuild';

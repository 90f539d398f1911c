-- Search by words that the application cuts itself: umlauts, numbers, invoice numbers, e-mail
-- addresses and scripts without spaces are beyond the parser of PostgreSQL. Names are found in spite
-- of typing errors by trigrams.
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
  RAISE EXCEPTION 'Doctrail needs the PostgreSQL extension pg_trgm. Install the contrib package of your PostgreSQL, and let an administrator run CREATE EXTENSION pg_trgm in this database.';
END $$;
--> statement-breakpoint
DROP TABLE document_search;
--> statement-breakpoint
DROP TABLE IF EXISTS document_search_rebuild;
--> statement-breakpoint
CREATE TABLE document_search (
  id uuid NOT NULL,
  part integer NOT NULL,
  facts jsonb,
  body text NOT NULL,
  words tsvector NOT NULL,
  names text,
  total numeric(20, 2),
  net numeric(20, 2),
  tax numeric(20, 2),
  day date,
  due date,
  received date,
  PRIMARY KEY (id, part)
);
--> statement-breakpoint
CREATE INDEX document_search_words ON document_search USING gin (words);
--> statement-breakpoint
CREATE INDEX document_search_names ON document_search USING gin (names gin_trgm_ops);
--> statement-breakpoint
CREATE INDEX document_search_total ON document_search (total) WHERE total IS NOT NULL;
--> statement-breakpoint
CREATE INDEX document_search_net ON document_search (net) WHERE net IS NOT NULL;
--> statement-breakpoint
CREATE INDEX document_search_tax ON document_search (tax) WHERE tax IS NOT NULL;
--> statement-breakpoint
CREATE INDEX document_search_day ON document_search (day) WHERE day IS NOT NULL;
--> statement-breakpoint
CREATE INDEX document_search_due ON document_search (due) WHERE due IS NOT NULL;
--> statement-breakpoint
CREATE INDEX document_search_received ON document_search (received) WHERE received IS NOT NULL;
--> statement-breakpoint
-- The index is folded again from the first event.
DELETE FROM parked_streams WHERE subscription IN ('document-search', 'document-search~rebuild');
--> statement-breakpoint
DELETE FROM subscriptions WHERE name IN ('document-search', 'document-search~rebuild');

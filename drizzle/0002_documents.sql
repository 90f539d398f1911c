-- The slices' read models. A rebuild copies a table with its indexes (LIKE … INCLUDING ALL).

-- receive-document: an earlier document with the same bytes is found in the log itself, because a
-- read model lags behind the answer that tells about it.
CREATE INDEX events_received_sha256 ON events ((data ->> 'sha256'), position)
  WHERE type = 'DocumentReceived';
--> statement-breakpoint
CREATE TABLE document_board (
  id uuid PRIMARY KEY,
  owner text NOT NULL,
  file_name text NOT NULL,
  bytes bigint NOT NULL,
  media_type text,
  kind text,
  language text,
  title text,
  fields jsonb NOT NULL,
  pages integer,
  status text NOT NULL,
  step text,
  plan text[] NOT NULL,
  done text[] NOT NULL,
  attempts integer NOT NULL,
  error jsonb,
  duplicate_of uuid,
  received_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  revision bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX document_board_status ON document_board (status, id);
--> statement-breakpoint
CREATE INDEX document_board_owner ON document_board (owner, id);
--> statement-breakpoint
CREATE INDEX document_board_revision ON document_board (revision);
--> statement-breakpoint
CREATE TABLE document_search (
  id uuid NOT NULL,
  part integer NOT NULL,
  names text NOT NULL,
  body text NOT NULL,
  -- Names are cut at everything that is no letter or digit: the parser would keep "a_1.pdf" as one word.
  words tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('simple', regexp_replace(names, '[^[:alnum:]]+', ' ', 'g')), 'A') ||
    to_tsvector('simple', body)) STORED,
  PRIMARY KEY (id, part)
);
--> statement-breakpoint
CREATE INDEX document_search_words ON document_search USING gin (words);

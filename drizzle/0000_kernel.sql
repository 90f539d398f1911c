-- The kernel: the log, the checkpoints of its subscriptions, what is parked, and progress.

-- The one clock of the system. Tests replace this function to move time. Milliseconds, because
-- that is what a JavaScript Date keeps: what is folded live and what is folded from the log agree.
CREATE FUNCTION doctrail_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT date_trunc('milliseconds', clock_timestamp()) $$;
--> statement-breakpoint
CREATE SEQUENCE event_position AS bigint CACHE 1;
--> statement-breakpoint
CREATE TABLE events (
  position bigint PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  stream text NOT NULL,
  version integer NOT NULL,
  type text NOT NULL,
  schema_version smallint NOT NULL,
  data jsonb NOT NULL,
  metadata jsonb NOT NULL,
  stored_at timestamptz NOT NULL,
  UNIQUE (stream, version)
);
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only: % refused', TG_OP; END $$;
--> statement-breakpoint
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Appends what several callers want appended, in one round trip. Each request is all or nothing
-- for itself: [{ "writes": [{ "stream", "expected", "events": [{ "id", "type", "schemaVersion",
-- "data", "metadata" }] }] }], expected null = any version. Returns one verdict a request, in order:
--   { "appended": [[id, position, version], …], "storedAt" }   stored now
--   { "known": [[id, position, version, storedAt], …] }        every id was stored before
--   { "conflict": { "stream", "expected", "actual" } }         somebody was faster
--   { "partial": [id, …] }                                     some ids are known, some are not
--
-- Heads are locked in the order of their keys, so that two groups never wait for each other.
-- Before it draws positions it takes a shared lock whose key carries the sequence's value: all
-- positions of this transaction lie above that key, which is how a reader knows what may still
-- be on its way (shared/feed.ts). The head is looked up by LATERAL … LIMIT 1, which stays on the
-- index when the plan was made on an empty table.
CREATE FUNCTION append_events(requests jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  heads jsonb;
  known jsonb;
  verdicts jsonb := '[]';
  verdict jsonb;
  request jsonb;
  write jsonb;
  event jsonb;
  ids text[];
  found_ids int;
  next_version int;
  next_position bigint;
  stored timestamptz;
  positions bigint[] := '{}'; event_ids uuid[] := '{}'; streams text[] := '{}';
  versions int[] := '{}'; types text[] := '{}'; schema_versions smallint[] := '{}';
  datas jsonb[] := '{}'; metadatas jsonb[] := '{}';
BEGIN
  PERFORM pg_advisory_xact_lock(17492, key) FROM (
    SELECT DISTINCT hashtext(w ->> 'stream') AS key
    FROM jsonb_array_elements(requests) r, jsonb_array_elements(r -> 'writes') w ORDER BY key
  ) keys;

  SELECT coalesce(jsonb_object_agg(s.stream, coalesce(h.version, 0)), '{}') INTO heads
  FROM (SELECT DISTINCT w ->> 'stream' AS stream
        FROM jsonb_array_elements(requests) r, jsonb_array_elements(r -> 'writes') w) s
  LEFT JOIN LATERAL (SELECT e.version FROM events e WHERE e.stream = s.stream
                     ORDER BY e.version DESC LIMIT 1) h ON true;

  SELECT coalesce(jsonb_object_agg(e.id, jsonb_build_array(e.id, e.position, e.version, e.stored_at)), '{}')
  INTO known FROM events e WHERE e.id = ANY (ARRAY(
    SELECT (n ->> 'id')::uuid FROM jsonb_array_elements(requests) r,
      jsonb_array_elements(r -> 'writes') w, jsonb_array_elements(w -> 'events') n));

  PERFORM pg_advisory_xact_lock_shared(
    (4918::bigint << 48) | (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_position));
  stored := doctrail_now();

  FOR request IN SELECT jsonb_array_elements(requests) LOOP
    verdict := NULL;
    SELECT array_agg(n ->> 'id'), count(known -> (n ->> 'id')) INTO ids, found_ids
    FROM jsonb_array_elements(request -> 'writes') w, jsonb_array_elements(w -> 'events') n;
    IF found_ids = cardinality(ids) THEN
      verdict := jsonb_build_object('known', (SELECT jsonb_agg(known -> i) FROM unnest(ids) i));
    ELSIF found_ids > 0 THEN
      verdict := jsonb_build_object('partial',
        (SELECT jsonb_agg(i) FROM unnest(ids) i WHERE known ? i));
    ELSE
      FOR write IN SELECT jsonb_array_elements(request -> 'writes') LOOP
        IF write -> 'expected' <> 'null' AND write -> 'expected' <> heads -> (write ->> 'stream') THEN
          verdict := jsonb_build_object('conflict', jsonb_build_object('stream', write -> 'stream',
            'expected', write -> 'expected', 'actual', heads -> (write ->> 'stream')));
          EXIT;
        END IF;
      END LOOP;
    END IF;
    IF verdict IS NULL THEN
      verdict := '[]';
      FOR write IN SELECT jsonb_array_elements(request -> 'writes') LOOP
        next_version := heads -> (write ->> 'stream');
        FOR event IN SELECT jsonb_array_elements(write -> 'events') LOOP
          next_version := next_version + 1;
          next_position := nextval('event_position');
          positions := positions || next_position;
          event_ids := event_ids || (event ->> 'id')::uuid;
          streams := streams || (write ->> 'stream');
          versions := versions || next_version;
          types := types || (event ->> 'type');
          schema_versions := schema_versions || (event ->> 'schemaVersion')::smallint;
          datas := datas || (event -> 'data');
          metadatas := metadatas || (event -> 'metadata');
          verdict := verdict || jsonb_build_array(jsonb_build_array(event -> 'id', next_position, next_version));
          known := known || jsonb_build_object(event ->> 'id',
            jsonb_build_array(event -> 'id', next_position, next_version, stored));
        END LOOP;
        heads := jsonb_set(heads, ARRAY[write ->> 'stream'], to_jsonb(next_version));
      END LOOP;
      verdict := jsonb_build_object('appended', verdict, 'storedAt', stored);
    END IF;
    verdicts := verdicts || jsonb_build_array(verdict);
  END LOOP;

  IF cardinality(positions) > 0 THEN
    INSERT INTO events (position, id, stream, version, type, schema_version, data, metadata, stored_at)
    SELECT n.*, stored FROM unnest(positions, event_ids, streams, versions, types, schema_versions,
      datas, metadatas) n;
    PERFORM pg_notify('events', '');
  END IF;
  RETURN verdicts;
END $$;
--> statement-breakpoint
-- One row a subscription: how far it has come, and for a live read model the revision of its
-- newest row. Pages older than reload_below must be loaded anew (the table was swapped).
CREATE TABLE subscriptions (
  name text PRIMARY KEY,
  position bigint NOT NULL DEFAULT 0,
  revision bigint NOT NULL DEFAULT 0,
  reload_below bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT doctrail_now()
);
--> statement-breakpoint
-- A stream that a subscription could not handle: its events from `position` on wait here.
CREATE TABLE parked_streams (
  subscription text NOT NULL,
  stream text NOT NULL,
  position bigint NOT NULL,
  error text NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  parked_at timestamptz NOT NULL DEFAULT doctrail_now(),
  PRIMARY KEY (subscription, stream)
);
--> statement-breakpoint
-- Progress inside a running step is no fact: it may vanish with a crash, hence unlogged.
CREATE UNLOGGED TABLE step_progress (
  document_id uuid PRIMARY KEY,
  step text NOT NULL,
  done integer NOT NULL,
  total integer NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT doctrail_now()
);
--> statement-breakpoint
-- Names the blob folder that belongs to this database (shared/blob-marker.ts).
CREATE TABLE blob_folder (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
--> statement-breakpoint
INSERT INTO blob_folder DEFAULT VALUES;

-- As it was, but for what it tells on the channel: the newest position that it has appended, so that
-- whoever has read up to there already need not look.
CREATE OR REPLACE FUNCTION append_events(requests jsonb) RETURNS jsonb LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  request_numbers int[]; streams text[]; expected_versions int[]; nths int[]; ids uuid[];
  types text[]; schema_versions smallint[]; datas jsonb[]; metadatas jsonb[];
  stored timestamptz;
  verdicts jsonb;
BEGIN
  IF requests @? '$[*].writes[*].events.size() ? (@ == 0)' THEN
    RETURN append_events_one_by_one(requests);
  END IF;

  SELECT array_agg(r.n), array_agg(w.value ->> 'stream'), array_agg((w.value ->> 'expected')::int),
    array_agg(e.n), array_agg((e.value ->> 'id')::uuid), array_agg(e.value ->> 'type'),
    array_agg((e.value ->> 'schemaVersion')::smallint), array_agg(e.value -> 'data'),
    array_agg(e.value -> 'metadata')
  INTO request_numbers, streams, expected_versions, nths, ids, types, schema_versions, datas, metadatas
  FROM jsonb_array_elements(requests) WITH ORDINALITY r (value, n),
    jsonb_array_elements(r.value -> 'writes') w,
    jsonb_array_elements(w.value -> 'events') WITH ORDINALITY e (value, n);

  PERFORM pg_advisory_xact_lock(17492, key) FROM (
    SELECT DISTINCT hashtext(stream) AS key FROM unnest(streams) stream ORDER BY key
  ) keys;
  PERFORM pg_advisory_xact_lock_shared(
    (4918::bigint << 48) | (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_position));
  stored := doctrail_now();

  WITH asked AS MATERIALIZED (
    SELECT e.*, coalesce(h.version, 0) AS head, k.id IS NOT NULL AS known
    FROM unnest(request_numbers, streams, expected_versions, nths, ids, types, schema_versions,
      datas, metadatas) e (request, stream, expected, nth, id, type, schema_version, data, metadata)
    LEFT JOIN LATERAL (SELECT version FROM events WHERE events.stream = e.stream
                       ORDER BY version DESC LIMIT 1) h ON true
    LEFT JOIN LATERAL (SELECT events.id FROM events WHERE events.id = e.id LIMIT 1) k ON true
  ), placed AS MATERIALIZED (
    SELECT *, nextval('event_position') AS position, head + nth AS version FROM asked
    WHERE NOT EXISTS (SELECT FROM asked WHERE known OR expected <> head)
      AND NOT EXISTS (SELECT FROM asked GROUP BY stream, nth HAVING count(*) > 1)
      AND NOT EXISTS (SELECT FROM asked GROUP BY id HAVING count(*) > 1)
  ), written AS (
    INSERT INTO events (position, id, stream, version, type, schema_version, data, metadata, stored_at)
    SELECT position, id, stream, version, type, schema_version, data, metadata, stored FROM placed
  )
  SELECT jsonb_agg(jsonb_build_object('appended', appended, 'storedAt', stored) ORDER BY request)
  INTO verdicts FROM (
    SELECT request, jsonb_agg(jsonb_build_array(id, position, version) ORDER BY position) AS appended
    FROM placed GROUP BY request
  ) of_requests;

  IF verdicts IS NULL THEN RETURN append_events_one_by_one(requests); END IF;
  PERFORM pg_notify('events', currval('event_position')::text);
  RETURN verdicts;
END $$;

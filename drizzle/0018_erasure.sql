-- Erasure: the one change that the log allows. Values of a document's events become null, once the
-- document has its DocumentErased; everything else about an event stays as it is.

-- Whether `after` is `before` with some of its values set to null.
CREATE FUNCTION is_blanked(before jsonb, after jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN after = before OR after = 'null' THEN true
    WHEN jsonb_typeof(before) = 'object' AND jsonb_typeof(after) = 'object' THEN NOT EXISTS (
      SELECT FROM jsonb_each(before) b FULL JOIN jsonb_each(after) a USING (key)
      WHERE b.value IS NULL OR a.value IS NULL OR NOT is_blanked(b.value, a.value))
    ELSE false
  END
$$;
--> statement-breakpoint
CREATE FUNCTION refuse_change_unless_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data'
    AND jsonb_typeof(NEW.data) = 'object' AND is_blanked(OLD.data, NEW.data)
    AND EXISTS (SELECT FROM events WHERE stream = OLD.stream AND type = 'DocumentErased')
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'events are append-only: UPDATE refused';
END $$;
--> statement-breakpoint
DROP TRIGGER events_are_append_only ON events;
--> statement-breakpoint
CREATE TRIGGER events_are_append_only BEFORE DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER events_are_only_erased BEFORE UPDATE ON events
  FOR EACH ROW EXECUTE FUNCTION refuse_change_unless_erasure();
--> statement-breakpoint
-- Sets fields of a stream's events to null. `fields`: by type, the paths of what is personal:
-- { "InspectionFailed": [["error", "detail"]] }. Nothing happens to a stream that was not erased.
CREATE FUNCTION erase_personal_data(erased_stream text, fields jsonb) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  event record;
  path jsonb;
  steps text[];
  blank jsonb;
  changed integer := 0;
BEGIN
  IF NOT EXISTS (SELECT FROM events WHERE stream = erased_stream AND type = 'DocumentErased') THEN
    RETURN 0;
  END IF;
  FOR event IN SELECT position, type, data FROM events
    WHERE stream = erased_stream AND fields ? type LOOP
    blank := event.data;
    FOR path IN SELECT jsonb_array_elements(fields -> event.type) LOOP
      steps := ARRAY(SELECT jsonb_array_elements_text(path));
      IF jsonb_typeof(blank #> steps) <> 'null' THEN
        blank := jsonb_set(blank, steps, 'null', false);
      END IF;
    END LOOP;
    IF blank <> event.data THEN
      UPDATE events SET data = blank WHERE position = event.position;
      changed := changed + 1;
    END IF;
  END LOOP;
  RETURN changed;
END $$;
--> statement-breakpoint
-- Retention asks for the documents that ended first.
CREATE INDEX document_board_ended ON document_board (ended_at) WHERE ended_at IS NOT NULL;

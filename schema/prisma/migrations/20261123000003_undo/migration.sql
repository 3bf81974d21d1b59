-- Blocks that are not final are written like all others, and may have to be undone. While a transaction has set
-- covenant.undo_height, each row that it changes is noted in "undo" with what it was before. Where it is not set, as for
-- blocks that are final, a change costs no more than asking whether it is. Prisma's schema language has no word for this.

-- Its arguments are the columns of the table's primary key.
CREATE FUNCTION note_for_undo() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  image jsonb := CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END;
BEGIN
  INSERT INTO undo (height, of_table, key, before) VALUES (
    current_setting('covenant.undo_height')::bigint,
    TG_TABLE_NAME,
    (SELECT jsonb_object_agg(name, image -> name) FROM unnest(TG_ARGV) AS name),
    CASE TG_OP WHEN 'INSERT' THEN NULL ELSE image END);
  RETURN NULL;
END $$;

-- Makes a table's changes undoable; one that is added later needs it too.
CREATE FUNCTION make_undoable(undoable regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    $trigger$CREATE TRIGGER note_for_undo AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW
      WHEN (coalesce(current_setting('covenant.undo_height', true), '') <> '')
      EXECUTE FUNCTION note_for_undo(%s)$trigger$,
    undoable,
    (SELECT string_agg(quote_literal(attname), ', ') FROM pg_index JOIN pg_attribute ON attrelid = indrelid
      WHERE indrelid = undoable AND indisprimary AND attnum = ANY (indkey)));
END $$;

SELECT make_undoable(oid) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname NOT IN ('undo', '_prisma_migrations');

-- The tables that the blocks above a height changed, those that refer to others at a higher level than these.
CREATE FUNCTION tables_to_undo(target bigint) RETURNS TABLE (name name, level int, keys name[], columns name[])
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE refers AS (
    SELECT conrelid AS child, confrelid AS parent FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid),
  levels AS (
    SELECT DISTINCT quote_ident(of_table)::regclass::oid AS id, 0 AS level FROM undo WHERE height > target
    UNION SELECT child, level + 1 FROM levels JOIN refers ON parent = id)
  SELECT relname, max(level),
    (SELECT array_agg(attname) FROM pg_index JOIN pg_attribute ON attrelid = indrelid
      WHERE indrelid = id AND indisprimary AND attnum = ANY (indkey)),
    (SELECT array_agg(attname) FROM pg_attribute WHERE attrelid = id AND attnum > 0 AND NOT attisdropped)
  FROM levels JOIN pg_class ON oid = id GROUP BY id, relname
$$;

-- Makes every row what it was after the block at this height, the head's included.
CREATE FUNCTION undo_to(target bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  changed record;
  -- Of a row that was changed more than once, the first change says what it was.
  firsts constant text := $first$(SELECT DISTINCT ON (key) key, before FROM undo
    WHERE of_table = %1$L AND height > $1 ORDER BY key, seq)$first$;
BEGIN
  -- What is undone has not to be noted.
  PERFORM set_config('covenant.undo_height', '', true);
  -- Rows that were not there go, those that refer to others first.
  FOR changed IN SELECT * FROM tables_to_undo(target) ORDER BY level DESC LOOP
    EXECUTE format(
      'DELETE FROM %1$I AS there USING ' || firsts || ' AS first, jsonb_populate_record(NULL::%1$I, first.key) AS gone
        WHERE first.before IS NULL AND (%2$s)',
      changed.name,
      (SELECT string_agg(format('there.%1$I = gone.%1$I', one), ' AND ') FROM unnest(changed.keys) AS one))
    USING target;
  END LOOP;
  -- The others become what they were, those that others refer to first.
  FOR changed IN SELECT * FROM tables_to_undo(target) ORDER BY level LOOP
    EXECUTE format(
      'INSERT INTO %1$I SELECT was.* FROM ' || firsts || ' AS first, jsonb_populate_record(NULL::%1$I, first.before) AS was
        WHERE first.before IS NOT NULL ON CONFLICT (%2$s) DO UPDATE SET %3$s',
      changed.name,
      (SELECT string_agg(quote_ident(one), ', ') FROM unnest(changed.keys) AS one),
      (SELECT string_agg(format('%1$I = excluded.%1$I', one), ', ') FROM unnest(changed.columns) AS one))
    USING target;
  END LOOP;
  DELETE FROM undo WHERE height > target;
END $$;

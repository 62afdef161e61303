-- Tells a database server that has lost its last moments from one that has not. An unlogged table is emptied by crash recovery,
-- kept by a stop: another id means that commits which did not wait for the disk may be gone, though their callers were told of them.
CREATE UNLOGGED TABLE integrations.incarnation (
  id uuid NOT NULL,
  single boolean PRIMARY KEY DEFAULT true CHECK (single)
);

CREATE FUNCTION integrations.incarnation() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  found_id uuid;
BEGIN
  SELECT id INTO found_id FROM integrations.incarnation;
  IF found_id IS NULL THEN
    INSERT INTO integrations.incarnation (id) VALUES (gen_random_uuid()) ON CONFLICT DO NOTHING;
    SELECT id INTO found_id FROM integrations.incarnation;
  END IF;
  RETURN found_id;
END $$;

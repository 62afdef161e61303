-- Numbers and eSIM profiles (DOMAIN §4, §8 I15, I16, I25, I27).

CREATE TABLE inventory.msisdn (
  msisdn text PRIMARY KEY CHECK (msisdn ~ '^[0-9]{4,15}$'),
  rev integer NOT NULL DEFAULT 1,
  status text NOT NULL CHECK (status IN ('available', 'reserved', 'assigned', 'quarantined', 'ported_out')),
  origin text NOT NULL CHECK (origin IN ('range', 'ported_in')),
  -- Product order that holds it, only while reserved.
  reserved_by text,
  subscription_id text,
  customer_id text,
  quarantine_until timestamptz,
  assigned_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  -- I15: status fits owner.
  CONSTRAINT msisdn_owner CHECK ((status = 'assigned') = (subscription_id IS NOT NULL)
    AND (status = 'reserved') = (reserved_by IS NOT NULL)
    AND (status = 'quarantined') = (quarantine_until IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX msisdn_available ON inventory.msisdn (msisdn) WHERE status = 'available';
CREATE INDEX msisdn_quarantine ON inventory.msisdn (quarantine_until) WHERE status = 'quarantined';
CREATE UNIQUE INDEX msisdn_reserved_by ON inventory.msisdn (reserved_by) WHERE reserved_by IS NOT NULL;
CREATE UNIQUE INDEX msisdn_line ON inventory.msisdn (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX msisdn_customer ON inventory.msisdn (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX msisdn_prefix ON inventory.msisdn (msisdn text_pattern_ops);

CREATE TABLE inventory.msisdn_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  msisdn text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX msisdn_history_of ON inventory.msisdn_history (msisdn);

CREATE TABLE inventory.esim (
  iccid text PRIMARY KEY CHECK (iccid ~ '^89[0-9]{17}$'),
  rev integer NOT NULL DEFAULT 1,
  serial bigint NOT NULL UNIQUE,
  imsi text NOT NULL UNIQUE CHECK (imsi ~ '^[0-9]{15}$'),
  matching_id text NOT NULL UNIQUE CHECK (matching_id ~ '^[0-9A-F]{4}(-[0-9A-F]{4}){3}$'),
  -- Name of the subscriber key in the key store; the key itself is never here.
  ki_ref text NOT NULL,
  status text NOT NULL CHECK (status IN ('available', 'reserved', 'downloaded', 'installed', 'enabled', 'disabled', 'deleted')),
  eid text,
  -- Product order that holds it, until it is assigned or given back.
  reserved_by text,
  msisdn text,
  subscription_id text,
  customer_id text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK (status <> 'available' OR (reserved_by IS NULL AND subscription_id IS NULL AND eid IS NULL)),
  CHECK (status <> 'deleted' OR reserved_by IS NULL)
) WITH (fillfactor = 80);
CREATE INDEX esim_available ON inventory.esim (iccid) WHERE status = 'available';
CREATE UNIQUE INDEX esim_reserved_by ON inventory.esim (reserved_by) WHERE reserved_by IS NOT NULL;
CREATE INDEX esim_line ON inventory.esim (subscription_id) WHERE subscription_id IS NOT NULL;

CREATE TABLE inventory.esim_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  iccid text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX esim_history_of ON inventory.esim_history (iccid);

-- I16: a deleted profile never comes back.
CREATE FUNCTION inventory.keep_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'deleted' AND NEW.status <> 'deleted' THEN
    RAISE EXCEPTION 'eSIM profile % is deleted for good', OLD.iccid USING ERRCODE = 'check_violation', CONSTRAINT = 'esim_deleted_final';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER esim_deleted_final BEFORE UPDATE OF status ON inventory.esim
  FOR EACH ROW EXECUTE FUNCTION inventory.keep_deleted();

-- Number and profile of one order; kept after assign and release, so that a repeated call gets its first answer.
CREATE TABLE inventory.reservation (
  order_id text PRIMARY KEY,
  customer_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('reserved', 'assigned', 'released')),
  msisdn text NOT NULL REFERENCES inventory.msisdn (msisdn),
  iccid text NOT NULL REFERENCES inventory.esim (iccid),
  subscription_id text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK ((state = 'assigned') = (subscription_id IS NOT NULL))
);
CREATE INDEX reservation_line ON inventory.reservation (subscription_id) WHERE subscription_id IS NOT NULL;

-- Whether the warning of an almost empty pool has been given; armed again when it is full enough.
CREATE TABLE inventory.pool_alarm (
  pool text PRIMARY KEY CHECK (pool IN ('msisdn', 'esim')),
  raised boolean NOT NULL DEFAULT false
);
INSERT INTO inventory.pool_alarm (pool) VALUES ('msisdn'), ('esim');

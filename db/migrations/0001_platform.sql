-- Schemas, rights, the event ledger and the platform's own tables (DOMAIN §2, §7, §8 I23, I24).
-- Roles are made by db/roles.ts; each owns nothing and may write its own schemas only.

DO $$
DECLARE
  owned record;
BEGIN
  FOR owned IN SELECT * FROM (VALUES
    ('catalog', 'bss_catalog'), ('crm', 'bss_crm'), ('inventory', 'bss_crm'), ('payment', 'bss_payment'),
    ('billing', 'bss_payment'), ('order_mgmt', 'bss_com'), ('service_inventory', 'bss_som'),
    ('subscription', 'bss_subscription'), ('mediation', 'bss_mediation'), ('rating', 'bss_rating'),
    ('provisioning', 'bss_provisioning_sim'), ('integrations', 'bss_platform')) AS t (schema_name, role_name)
  LOOP
    EXECUTE format('CREATE SCHEMA %I', owned.schema_name);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I, bss_report', owned.schema_name, owned.role_name);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', owned.schema_name, owned.role_name);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO %I', owned.schema_name, owned.role_name);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO bss_report', owned.schema_name);
  END LOOP;
END $$;

-- Every service that consumes events or answers POSTs has an inbox and a store of first answers.
DO $$
DECLARE
  owner_schema text;
BEGIN
  FOREACH owner_schema IN ARRAY ARRAY['catalog', 'crm', 'payment', 'billing', 'order_mgmt', 'service_inventory',
    'subscription', 'mediation', 'rating', 'provisioning']
  LOOP
    EXECUTE format('CREATE TABLE %I.inbox (
      consumer text NOT NULL, event_id uuid NOT NULL, received_at timestamptz NOT NULL,
      PRIMARY KEY (consumer, event_id))', owner_schema);
    EXECUTE format('CREATE TABLE %I.idempotency (
      identity text NOT NULL, key text NOT NULL, method text NOT NULL, path text NOT NULL, body_hash text NOT NULL,
      state text NOT NULL CHECK (state IN (''in_flight'', ''done'')), lease_until_ms bigint,
      effect_id text, status integer, headers jsonb, body text, created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
      PRIMARY KEY (identity, key), CHECK (state <> ''done'' OR status IS NOT NULL))', owner_schema);
    EXECUTE format('CREATE INDEX ON %I.idempotency (expires_at)', owner_schema);
  END LOOP;
END $$;

CREATE SCHEMA audit;

CREATE SEQUENCE audit.event_position;

-- The ledger: audit log and source of the outbox. Append-only; partitioned by month.
CREATE TABLE audit.domain_event (
  position bigint NOT NULL DEFAULT nextval('audit.event_position'),
  event_id uuid NOT NULL,
  event_type text NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id text NOT NULL,
  aggregate_seq bigint NOT NULL CHECK (aggregate_seq > 0),
  occurred_at timestamptz NOT NULL,
  actor text NOT NULL,
  channel text NOT NULL,
  service_identity text NOT NULL,
  trace_id text NOT NULL,
  span_id text,
  schema_version integer NOT NULL,
  payload jsonb NOT NULL,
  prev_hash text,
  hash text NOT NULL,
  PRIMARY KEY (event_id, occurred_at)
) PARTITION BY RANGE (occurred_at);

CREATE TABLE audit.domain_event_other PARTITION OF audit.domain_event DEFAULT;
CREATE INDEX domain_event_aggregate ON audit.domain_event (aggregate_type, aggregate_id, aggregate_seq);
CREATE INDEX domain_event_id ON audit.domain_event (aggregate_id, position);
CREATE INDEX domain_event_position ON audit.domain_event (position);
CREATE INDEX domain_event_trace ON audit.domain_event (trace_id);

-- Head of each aggregate's chain: locked and advanced by append_event, so that a chain has no gap and no fork.
CREATE TABLE audit.chain_head (
  aggregate_type text NOT NULL,
  aggregate_id text NOT NULL,
  seq bigint NOT NULL,
  hash text,
  PRIMARY KEY (aggregate_type, aggregate_id)
) WITH (fillfactor = 70);

-- The outbox: one row per event until the relay has published it.
CREATE TABLE audit.event_delivery (
  position bigint PRIMARY KEY,
  event_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  published_ms bigint
);
CREATE INDEX event_delivery_open ON audit.event_delivery (position) WHERE published_ms IS NULL;

-- Canonical form of an event is the text PostgreSQL gives its jsonb: keys ordered by length, then bytes.
CREATE FUNCTION audit.event_hash(prev_hash text, body jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT encode(sha256(convert_to(coalesce(prev_hash, '') || body::text, 'UTF8')), 'hex')
$$;

-- The only insert path into the ledger: a set of events, chain heads locked in aggregate order.
CREATE FUNCTION audit.append_event(events jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit, pg_temp AS $$
DECLARE
  event jsonb;
  head_seq bigint;
  head_hash text;
  body jsonb;
  new_hash text;
  new_position bigint;
BEGIN
  INSERT INTO chain_head (aggregate_type, aggregate_id, seq)
    SELECT DISTINCT e->>'aggregateType', e->>'aggregateId', 0 FROM jsonb_array_elements(events) e ORDER BY 1, 2
    ON CONFLICT DO NOTHING;
  IF jsonb_array_length(events) > 1 THEN
    PERFORM 1 FROM chain_head c
      WHERE (c.aggregate_type, c.aggregate_id) IN (SELECT e->>'aggregateType', e->>'aggregateId' FROM jsonb_array_elements(events) e)
      ORDER BY c.aggregate_type, c.aggregate_id FOR UPDATE;
  END IF;
  FOR event IN SELECT value FROM jsonb_array_elements(events) LOOP
    SELECT seq + 1, hash INTO head_seq, head_hash FROM chain_head
      WHERE aggregate_type = event->>'aggregateType' AND aggregate_id = event->>'aggregateId' FOR UPDATE;
    body := event || jsonb_build_object('aggregateSeq', head_seq);
    new_hash := event_hash(head_hash, body);
    INSERT INTO domain_event (event_id, event_type, aggregate_type, aggregate_id, aggregate_seq, occurred_at, actor, channel,
        service_identity, trace_id, span_id, schema_version, payload, prev_hash, hash)
      VALUES ((event->>'eventId')::uuid, event->>'eventType', event->>'aggregateType', event->>'aggregateId', head_seq,
        (event->>'occurredAt')::timestamptz, event->>'actor', event->>'channel', event->>'serviceIdentity', event->>'traceId',
        event->>'spanId', (event->>'schemaVersion')::integer, event->'payload', head_hash, new_hash)
      RETURNING position INTO new_position;
    INSERT INTO event_delivery (position, event_id, occurred_at)
      VALUES (new_position, (event->>'eventId')::uuid, (event->>'occurredAt')::timestamptz);
    UPDATE chain_head SET seq = head_seq, hash = new_hash
      WHERE aggregate_type = event->>'aggregateType' AND aggregate_id = event->>'aggregateId';
  END LOOP;
END $$;

-- Rows whose hash does not follow from their content and their predecessor (I23), at most `most` of them.
CREATE FUNCTION audit.verify_chain(of_type text DEFAULT NULL, of_id text DEFAULT NULL, most integer DEFAULT 100)
RETURNS TABLE (event_id uuid, aggregate_type text, aggregate_id text, aggregate_seq bigint, problem text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = audit, pg_temp AS $$
  SELECT x.event_id, x.aggregate_type, x.aggregate_id, x.aggregate_seq,
    CASE WHEN x.aggregate_seq <> x.row_number THEN 'gap before this event'
         WHEN x.prev_hash IS DISTINCT FROM x.before THEN 'does not follow its predecessor'
         ELSE 'content does not match its hash' END
  FROM (
    SELECT d.*, lag(d.hash) OVER chain AS before, row_number() OVER chain AS row_number
    FROM domain_event d
    WHERE (of_type IS NULL OR d.aggregate_type = of_type) AND (of_id IS NULL OR d.aggregate_id = of_id)
    WINDOW chain AS (PARTITION BY d.aggregate_type, d.aggregate_id ORDER BY d.aggregate_seq)) x
  WHERE x.aggregate_seq <> x.row_number OR x.prev_hash IS DISTINCT FROM x.before
    OR x.hash <> event_hash(x.prev_hash, jsonb_build_object(
      'eventId', x.event_id, 'eventType', x.event_type, 'aggregateType', x.aggregate_type, 'aggregateId', x.aggregate_id,
      'aggregateSeq', x.aggregate_seq, 'occurredAt', to_char(x.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'actor', x.actor, 'channel', x.channel, 'serviceIdentity', x.service_identity, 'traceId', x.trace_id,
      'spanId', x.span_id, 'schemaVersion', x.schema_version, 'payload', x.payload))
  LIMIT most
$$;

REVOKE ALL ON FUNCTION audit.append_event(jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.verify_chain(text, text, integer) FROM PUBLIC;
GRANT USAGE ON SCHEMA audit TO bss_catalog, bss_crm, bss_payment, bss_com, bss_som, bss_subscription, bss_mediation,
  bss_rating, bss_provisioning_sim, bss_platform, bss_report;
GRANT EXECUTE ON FUNCTION audit.append_event(jsonb) TO bss_catalog, bss_crm, bss_payment, bss_com, bss_som, bss_subscription,
  bss_mediation, bss_rating, bss_provisioning_sim, bss_platform;
GRANT EXECUTE ON FUNCTION audit.verify_chain(text, text, integer) TO bss_platform, bss_report;
GRANT SELECT ON audit.domain_event, audit.chain_head, audit.event_delivery TO bss_platform, bss_report;
GRANT UPDATE (published_ms), DELETE ON audit.event_delivery TO bss_platform;

-- One clock for all processes (DOMAIN §1).
CREATE TABLE integrations.clock (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  frozen_at_ms bigint,
  offset_ms bigint NOT NULL DEFAULT 0
);
INSERT INTO integrations.clock DEFAULT VALUES;

-- Which consumers the embedded bus has, and what each listens to: kept, so that one whose process is down misses nothing.
CREATE TABLE integrations.queue_binding (
  event_type text NOT NULL,
  queue text NOT NULL,
  PRIMARY KEY (event_type, queue)
);

-- Queues of the embedded bus: a message per queue and event until its consumer has confirmed it.
CREATE TABLE integrations.queue_message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text NOT NULL,
  position bigint NOT NULL,
  event_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  event_type text NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id text NOT NULL,
  aggregate_seq bigint NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'parked')),
  attempts integer NOT NULL DEFAULT 0,
  next_run_ms bigint NOT NULL DEFAULT 0,
  lease_until_ms bigint,
  last_error text,
  parked_at timestamptz,
  UNIQUE (queue, event_id)
) WITH (fillfactor = 70);
CREATE INDEX queue_message_due ON integrations.queue_message (queue, position) WHERE state = 'waiting';
CREATE INDEX queue_message_order ON integrations.queue_message (queue, aggregate_type, aggregate_id, aggregate_seq);

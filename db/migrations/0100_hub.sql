-- Subscriptions to notifications of every TM Forum API (TMF.md §5, DOMAIN §5 F11.3); written by the platform's role only.

CREATE SEQUENCE integrations.seq_hub;

CREATE TABLE integrations.hub (
  id text PRIMARY KEY,
  api text NOT NULL,
  callback text NOT NULL,
  query text,
  -- Names of the notifications wanted; null for all of the API.
  event_names text[],
  -- Place in the ledger when it was made: events before it are not told.
  since_position bigint NOT NULL,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'failing')),
  created_at timestamptz NOT NULL
);
CREATE INDEX hub_api ON integrations.hub (api);

-- One notification to one subscriber: new until it is rendered, waiting until it has arrived.
CREATE TABLE integrations.hub_delivery (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hub_id text NOT NULL REFERENCES integrations.hub ON DELETE CASCADE,
  api text NOT NULL,
  event_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  position bigint NOT NULL,
  event_type text NOT NULL,
  event_name text NOT NULL,
  resource text NOT NULL,
  aggregate_type text NOT NULL,
  aggregate_id text NOT NULL,
  aggregate_seq bigint NOT NULL,
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'waiting', 'delivered', 'parked')),
  body text,
  attempts integer NOT NULL DEFAULT 0,
  since_ms bigint NOT NULL,
  next_run_ms bigint NOT NULL DEFAULT 0,
  lease_until_ms bigint,
  last_status integer,
  last_error text,
  ended_ms bigint,
  UNIQUE (hub_id, event_id, event_name),
  CHECK (state = 'new' OR body IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX hub_delivery_new ON integrations.hub_delivery (api, position) WHERE state = 'new';
CREATE INDEX hub_delivery_waiting ON integrations.hub_delivery (hub_id, position, id) WHERE state = 'waiting';
CREATE INDEX hub_delivery_order ON integrations.hub_delivery (hub_id, aggregate_type, aggregate_id, aggregate_seq) WHERE state IN ('new', 'waiting');
CREATE INDEX hub_delivery_ended ON integrations.hub_delivery (ended_ms) WHERE state = 'delivered';

-- What a resource looked like when it was deleted, while subscribers of its API are to be told.
CREATE TABLE integrations.hub_remains (
  path text PRIMARY KEY,
  representation jsonb NOT NULL,
  kept_ms bigint NOT NULL
);
CREATE INDEX hub_remains_kept ON integrations.hub_remains (kept_ms);

GRANT SELECT ON audit.event_position TO bss_platform;

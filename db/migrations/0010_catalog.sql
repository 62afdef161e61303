-- Catalog: what is sold, for how much, and what it becomes in the network (DOMAIN §3, §4, §8 I22).

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

CREATE SEQUENCE catalog.seq_catl;
CREATE SEQUENCE catalog.seq_ctgy;
CREATE SEQUENCE catalog.seq_job;
CREATE SEQUENCE catalog.seq_po;
CREATE SEQUENCE catalog.seq_pop;
CREATE SEQUENCE catalog.seq_pspec;

CREATE TABLE catalog.catalog (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  name text NOT NULL,
  lifecycle_status text NOT NULL,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE catalog.category (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  name text NOT NULL,
  lifecycle_status text NOT NULL,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

-- Kinds of service: a customer-facing one is made of the resource-facing ones that are part of it.
CREATE TABLE catalog.service_specification (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('customer_facing', 'resource_facing')),
  name text NOT NULL,
  part_of text REFERENCES catalog.service_specification (id),
  CHECK (kind = 'resource_facing' OR part_of IS NULL)
);

CREATE TABLE catalog.specification (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  name text NOT NULL,
  lifecycle_status text NOT NULL,
  -- Customer-facing service a product of this specification becomes; null: none, it cannot be launched.
  cfs_id text REFERENCES catalog.service_specification (id),
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE catalog.action_task (
  service_specification_id text NOT NULL REFERENCES catalog.service_specification (id),
  action text NOT NULL CHECK (action IN ('add', 'suspend', 'resume', 'modify', 'delete')),
  task_type text NOT NULL,
  position integer NOT NULL,
  duration_ms integer NOT NULL CHECK (duration_ms >= 0),
  PRIMARY KEY (service_specification_id, action, task_type)
);

CREATE TABLE catalog.offering (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  name text NOT NULL,
  lifecycle_status text NOT NULL CHECK (lifecycle_status IN ('In design', 'Launched', 'Retired', 'Obsolete')),
  kind text CHECK (kind IN ('PLAN', 'VAS')),
  specification_id text REFERENCES catalog.specification (id),
  -- [{allowance, unit, total, unlimited}] in base units, read from prodSpecCharValueUse.
  allowances jsonb NOT NULL DEFAULT '[]',
  blocking_allowances jsonb NOT NULL DEFAULT '[]',
  duration_hours integer CHECK (duration_hours > 0),
  valid_from timestamptz,
  valid_to timestamptz,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT offering_window CHECK (valid_to > valid_from)
);

CREATE TABLE catalog.offering_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  offering_id text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX offering_history_of ON catalog.offering_history (offering_id);

CREATE TABLE catalog.price (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  name text NOT NULL,
  lifecycle_status text NOT NULL,
  -- Null: a price that was recorded but belongs to no offering yet.
  offering_id text REFERENCES catalog.offering (id),
  price_type text,
  amount_minor bigint CHECK (amount_minor >= 0),
  currency text,
  valid_from timestamptz,
  valid_to timestamptz,
  validity tstzrange GENERATED ALWAYS AS (tstzrange(valid_from, valid_to, '[)')) STORED,
  -- Set once an order or line has taken the amount over: from then on it never changes.
  frozen boolean NOT NULL DEFAULT false,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT price_window CHECK (valid_to > valid_from),
  -- I22: one recurring price at a time; the same for one-time prices of a top-up.
  CONSTRAINT price_overlap EXCLUDE USING gist (offering_id WITH =, price_type WITH =, validity WITH &&)
    WHERE (offering_id IS NOT NULL AND price_type IS NOT NULL AND lifecycle_status = 'Launched')
);
CREATE INDEX price_offering ON catalog.price (offering_id);

CREATE TABLE catalog.job (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  kind text NOT NULL CHECK (kind IN ('import', 'export')),
  status text NOT NULL CHECK (status IN ('Not Started', 'Running', 'Succeeded', 'Failed')),
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

-- Lines that live on an offering, told by events: what an offering may not be dropped under.
CREATE TABLE catalog.live_line (
  subscription_id text PRIMARY KEY,
  offering_id text NOT NULL,
  ended boolean NOT NULL DEFAULT false
);
CREATE INDEX live_line_offering ON catalog.live_line (offering_id) WHERE NOT ended;

CREATE INDEX offering_document ON catalog.offering USING gin (document jsonb_path_ops);
CREATE INDEX price_document ON catalog.price USING gin (document jsonb_path_ops);

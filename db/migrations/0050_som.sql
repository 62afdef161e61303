-- Service orders, the tasks they ask of the network, and the services they make (DOMAIN §4, §5 F6-F8, §8 I21).

CREATE SEQUENCE service_inventory.seq_so;
CREATE SEQUENCE service_inventory.seq_cxs;
CREATE SEQUENCE service_inventory.seq_svc;

CREATE TABLE service_inventory.service (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  state text NOT NULL CHECK (state IN ('feasibilityChecked', 'designed', 'reserved', 'inactive', 'active', 'terminated')), -- I28
  -- Made by a service order; a row a client posts is kept as posted and provisions nothing.
  managed boolean NOT NULL,
  kind text CHECK (kind IN ('customer_facing', 'resource_facing')),
  specification_id text,
  -- The customer-facing service a resource-facing one supports.
  parent_id text REFERENCES service_inventory.service,
  customer_id text,
  order_id text,
  subscription_id text,
  msisdn text,
  iccid text,
  imsi text,
  activation_code text,
  -- State the line wants its customer-facing service in, and the line's event that said so.
  wanted_state text CHECK (wanted_state IN ('active', 'inactive', 'terminated')),
  wanted_seq bigint,
  -- Event of the line whose policy must be pushed to the network, and the one pushed last.
  policy_seq bigint,
  policy_pushed_seq bigint,
  service_date timestamptz NOT NULL,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT service_managed_is_whole CHECK (NOT managed OR (kind IS NOT NULL AND specification_id IS NOT NULL AND state <> 'feasibilityChecked')),
  CONSTRAINT service_parent_fits CHECK (NOT managed OR (kind = 'resource_facing') = (parent_id IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX service_parent ON service_inventory.service (parent_id);
CREATE INDEX service_order_of ON service_inventory.service (order_id);
CREATE UNIQUE INDEX service_line ON service_inventory.service (subscription_id) WHERE managed AND kind = 'customer_facing';
CREATE INDEX service_customer ON service_inventory.service (customer_id);
CREATE INDEX service_newest ON service_inventory.service (created_at DESC, id DESC);

CREATE TABLE service_inventory.service_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_id text NOT NULL REFERENCES service_inventory.service ON DELETE CASCADE,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX service_history_service ON service_inventory.service_history (service_id, id);

CREATE TABLE service_inventory.service_order (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  state text NOT NULL CHECK (state IN ('acknowledged', 'rejected', 'inProgress', 'held', 'completed', 'failed', 'cancelled')), -- I28
  -- Null for an order recorded for its form alone.
  action text CHECK (action IN ('add', 'modify', 'suspend', 'resume', 'delete')),
  -- Product specification whose mapping says what is done.
  specification_id text,
  -- What the mapping said: services to make, tasks to ask for.
  plan jsonb,
  service_id text REFERENCES service_inventory.service,
  order_id text,
  customer_id text,
  subscription_id text,
  msisdn_preference text,
  msisdn text,
  iccid text,
  imsi text,
  activation_code text,
  -- What comes next; null = ended.
  step text CHECK (step IN ('reserve', 'begin', 'awaitTasks', 'awaitUndo', 'release')),
  -- What the undoing under way ends in, and the rule or error it carries.
  ending text CHECK (ending IN ('failed', 'cancelled')),
  failure jsonb,
  attempts integer NOT NULL DEFAULT 0,
  -- Machine time in epoch milliseconds; null = waits for an event.
  next_run_ms bigint,
  lease_until_ms bigint,
  -- Counts claims: only the latest claimant may save.
  run bigint NOT NULL DEFAULT 0,
  last_error text,
  actor text NOT NULL,
  channel text NOT NULL,
  traceparent text NOT NULL,
  order_date timestamptz NOT NULL,
  start_date timestamptz,
  completion_date timestamptz,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT service_order_work_fits CHECK (step IS NULL OR (action IS NOT NULL AND (service_id IS NOT NULL OR step IN ('reserve', 'release'))))
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX service_order_of_order ON service_inventory.service_order (order_id, action) WHERE action IN ('add', 'delete') AND order_id IS NOT NULL;
CREATE UNIQUE INDEX service_order_open ON service_inventory.service_order (service_id)
  WHERE state NOT IN ('rejected', 'completed', 'failed', 'cancelled'); -- I21
CREATE INDEX service_order_due ON service_inventory.service_order (next_run_ms) WHERE next_run_ms IS NOT NULL;
CREATE INDEX service_order_line ON service_inventory.service_order (subscription_id);
CREATE INDEX service_order_newest ON service_inventory.service_order (order_date DESC, id DESC);

CREATE TABLE service_inventory.service_order_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_order_id text NOT NULL REFERENCES service_inventory.service_order ON DELETE CASCADE,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX service_order_history_order ON service_inventory.service_order_history (service_order_id, id);

-- What a service order has asked of the network, as far as its events have told.
CREATE TABLE service_inventory.service_order_task (
  request_id text PRIMARY KEY,
  service_order_id text NOT NULL REFERENCES service_inventory.service_order ON DELETE CASCADE,
  task_type text NOT NULL,
  -- Takes back what a completed task of the same order did.
  undo boolean NOT NULL,
  -- What would take it back; null = nothing has to be.
  undo_task_type text,
  undo_duration_ms integer,
  state text NOT NULL CHECK (state IN ('requested', 'completed', 'failed', 'stuck', 'cancelled')),
  task_id text,
  last_error text
) WITH (fillfactor = 70);
CREATE INDEX service_order_task_order ON service_inventory.service_order_task (service_order_id);

CREATE TABLE service_inventory.cancel_service_order (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  state text NOT NULL CHECK (state IN ('accepted', 'inProgress', 'done', 'terminatedWithError')), -- I28
  -- Null for an order we do not hold: a foreign reference, stored and never followed.
  service_order_id text REFERENCES service_inventory.service_order,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX cancel_service_order_open ON service_inventory.cancel_service_order (service_order_id) WHERE state IN ('accepted', 'inProgress');
CREATE INDEX cancel_service_order_newest ON service_inventory.cancel_service_order (created_at DESC, id DESC);

CREATE TABLE service_inventory.cancel_service_order_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cancel_order_id text NOT NULL REFERENCES service_inventory.cancel_service_order,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);

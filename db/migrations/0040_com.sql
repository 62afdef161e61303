-- Product orders, their one item, and the saga that carries each one out (DOMAIN §4, §5 F1, §8 I21).

CREATE SEQUENCE order_mgmt.seq_ord;
CREATE SEQUENCE order_mgmt.seq_cxo;

CREATE TABLE order_mgmt.product_order (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  state text NOT NULL CHECK (state IN ('acknowledged', 'rejected', 'inProgress', 'held', 'pending', 'assessingCancellation',
    'pendingCancellation', 'completed', 'failed', 'cancelled')), -- I28
  customer_id text,
  order_date timestamptz NOT NULL,
  completion_date timestamptz,
  cancellation_date timestamptz,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX product_order_customer ON order_mgmt.product_order (customer_id, order_date DESC);
CREATE INDEX product_order_newest ON order_mgmt.product_order (order_date DESC, id DESC);
CREATE INDEX product_order_open ON order_mgmt.product_order (customer_id) WHERE state NOT IN ('rejected', 'completed', 'failed', 'cancelled');

-- The item with effect; an order recorded for its form alone (state rejected) has none.
CREATE TABLE order_mgmt.order_item (
  order_id text PRIMARY KEY REFERENCES order_mgmt.product_order ON DELETE CASCADE,
  item_id text NOT NULL,
  action text NOT NULL CHECK (action IN ('add', 'delete')),
  -- Follows the order: it keeps the two unique indexes below honest.
  state text NOT NULL CHECK (state IN ('acknowledged', 'rejected', 'inProgress', 'held', 'pending', 'assessingCancellation',
    'pendingCancellation', 'completed', 'failed', 'cancelled')), -- I28
  offering_id text,
  offering_name text,
  -- The price agreed, in minor units; later price changes do not touch it.
  price_id text,
  price_name text,
  price_minor bigint CHECK (price_minor >= 0),
  currency text,
  msisdn_preference text,
  subscription_id text,
  CONSTRAINT order_item_add_is_priced CHECK (action <> 'add' OR (offering_id IS NOT NULL AND price_id IS NOT NULL
    AND price_minor IS NOT NULL AND currency IS NOT NULL)),
  CONSTRAINT order_item_delete_names_line CHECK (action <> 'delete' OR subscription_id IS NOT NULL)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX order_item_open_line ON order_mgmt.order_item (subscription_id)
  WHERE state NOT IN ('rejected', 'completed', 'failed', 'cancelled'); -- I21
CREATE INDEX order_item_line ON order_mgmt.order_item (subscription_id);

CREATE TABLE order_mgmt.product_order_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id text NOT NULL REFERENCES order_mgmt.product_order ON DELETE CASCADE,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX product_order_history_order ON order_mgmt.product_order_history (order_id, id);

-- How far an order has come. Survives any crash: a row that is due is carried on by whoever claims it.
CREATE TABLE order_mgmt.saga (
  order_id text PRIMARY KEY REFERENCES order_mgmt.product_order ON DELETE CASCADE,
  action text NOT NULL CHECK (action IN ('add', 'delete')),
  -- Step under way; null = finished.
  step text CHECK (step IN ('start', 'authorize', 'requestService', 'awaitService', 'createLine', 'assignNumber', 'capture', 'activate',
    'terminateLine', 'awaitRemoval', 'assessCancel', 'endService', 'awaitUndo', 'undoLine', 'returnMoney', 'close')),
  -- What the compensation under way ends in; null = going forward.
  ending text CHECK (ending IN ('failed', 'cancelled')),
  attempts integer NOT NULL,
  -- Machine time in epoch milliseconds; null = waits for an event.
  next_run_ms bigint,
  lease_until_ms bigint,
  -- Counts claims: only the latest claimant may save.
  run bigint NOT NULL,
  -- What the order has gathered: payment, service order, number, line, bill, why it ends.
  data jsonb NOT NULL,
  -- [{name, state, attempts, startedAt, finishedAt, error}] in their order.
  steps jsonb NOT NULL,
  last_error text,
  -- Business time at which the present step began; drives order.stuck.
  step_since timestamptz NOT NULL,
  stuck_flagged_at timestamptz,
  actor text NOT NULL,
  channel text NOT NULL,
  traceparent text NOT NULL
) WITH (fillfactor = 60);
CREATE INDEX saga_due ON order_mgmt.saga (next_run_ms) WHERE next_run_ms IS NOT NULL;
CREATE INDEX saga_unflagged ON order_mgmt.saga (step_since) WHERE step IS NOT NULL AND stuck_flagged_at IS NULL;

CREATE TABLE order_mgmt.cancel_product_order (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  state text NOT NULL CHECK (state IN ('acknowledged', 'inProgress', 'done', 'terminatedWithError')), -- I28
  -- Null for an order we do not hold: a foreign reference, stored and never followed.
  order_id text REFERENCES order_mgmt.product_order,
  customer_id text,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX cancel_product_order_open ON order_mgmt.cancel_product_order (order_id) WHERE state IN ('acknowledged', 'inProgress');
CREATE INDEX cancel_product_order_newest ON order_mgmt.cancel_product_order (created_at DESC, id DESC);

CREATE TABLE order_mgmt.cancel_product_order_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cancel_order_id text NOT NULL REFERENCES order_mgmt.cancel_product_order,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);

-- Renewals, reminders, pending changes and price migrations (DOMAIN §4 Renewal, Pending change; §5 F2, F3; §8 I7-I9).

CREATE SEQUENCE subscription.seq_ren;
CREATE SEQUENCE subscription.seq_mig;

-- What waits for a boundary: the customer's change of plan or the operator's change of price, as agreed.
ALTER TABLE subscription.subscription
  ADD COLUMN pending_kind text CHECK (pending_kind IN ('plan', 'price')),
  ADD COLUMN pending_offering_id text,
  ADD COLUMN pending_offering_name text,
  ADD COLUMN pending_price_id text,
  ADD COLUMN pending_price_name text,
  ADD COLUMN pending_price_minor bigint CHECK (pending_price_minor >= 0),
  ADD COLUMN pending_grants jsonb,
  ADD COLUMN pending_blocking_allowances text[],
  -- The boundary at which it takes effect.
  ADD COLUMN pending_effective_at timestamptz,
  ADD COLUMN pending_requested_at timestamptz,
  ADD COLUMN pending_order_id text,
  ADD COLUMN pending_migration_id text,
  ADD CONSTRAINT subscription_pending_is_whole CHECK ((pending_kind IS NOT NULL) = (pending_offering_id IS NOT NULL AND pending_offering_name IS NOT NULL
    AND pending_price_id IS NOT NULL AND pending_price_minor IS NOT NULL AND pending_grants IS NOT NULL AND pending_blocking_allowances IS NOT NULL
    AND pending_effective_at IS NOT NULL AND pending_requested_at IS NOT NULL)),
  ADD CONSTRAINT subscription_pending_price_is_migrated CHECK ((pending_kind = 'price') IS NOT TRUE OR (pending_migration_id IS NOT NULL AND pending_offering_id = offering_id)),
  ADD CONSTRAINT subscription_pending_plan_is_another CHECK ((pending_kind = 'plan') IS NOT TRUE OR pending_offering_id <> offering_id),
  ADD CONSTRAINT subscription_pending_is_live CHECK (pending_kind IS NULL OR state IN ('active', 'blocked'));
-- Lines by their boundary: what is due, and what is due soon. A line whose renewal was declined waits for its customer.
CREATE INDEX subscription_boundary ON subscription.subscription (period_end)
  WHERE state IN ('active', 'blocked') AND block_reason IS DISTINCT FROM 'payment_failed';
CREATE INDEX subscription_live_offering ON subscription.subscription (offering_id, id) WHERE state IN ('active', 'blocked');

-- I9: what a customer has chosen is never overwritten by a price migration.
CREATE FUNCTION subscription.keep_plan_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.pending_kind = 'plan' AND NEW.pending_kind = 'price' THEN
    RAISE EXCEPTION 'line % has a plan change of its customer pending', OLD.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'subscription_plan_change_kept', SCHEMA = 'subscription', TABLE = 'subscription';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER subscription_plan_change_kept BEFORE UPDATE OF pending_kind ON subscription.subscription
  FOR EACH ROW EXECUTE FUNCTION subscription.keep_plan_change();

CREATE TABLE subscription.pending_change_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscription_id text NOT NULL REFERENCES subscription.subscription,
  from_state text,
  to_state text NOT NULL CHECK (to_state IN ('scheduled', 'applied', 'cancelled')),
  trigger text NOT NULL,
  reason text,
  kind text NOT NULL CHECK (kind IN ('plan', 'price')),
  offering_id text NOT NULL,
  price_id text NOT NULL,
  price_minor bigint NOT NULL,
  effective_at timestamptz NOT NULL,
  order_id text,
  migration_id text,
  -- Caller and Idempotency-Key: the same request finds its change again after any crash.
  request_key text CONSTRAINT pending_change_request UNIQUE,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX pending_change_history_line ON subscription.pending_change_history (subscription_id, id);
CREATE INDEX pending_change_history_order ON subscription.pending_change_history (order_id) WHERE order_id IS NOT NULL;

-- One row per line and boundary it has met; written before the card is charged and resumed from here after a crash.
CREATE TABLE subscription.renewal (
  id text PRIMARY KEY,
  subscription_id text NOT NULL REFERENCES subscription.subscription,
  customer_id text NOT NULL,
  boundary timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('due', 'charging', 'captured', 'declined', 'skipped')), -- I28
  -- One more after each decline.
  attempt integer NOT NULL CHECK (attempt > 0),
  -- What this attempt charges and brings, kept from its first claim on: a repeat charges the same.
  offering_id text,
  offering_name text,
  price_id text,
  price_name text,
  price_minor bigint CHECK (price_minor >= 0),
  currency text,
  grants jsonb,
  blocking_allowances text[],
  change_kind text CHECK (change_kind IN ('plan', 'price')),
  change_order_id text,
  change_migration_id text,
  period_start timestamptz,
  period_end timestamptz,
  payment_id text,
  bill_id text,
  decline_code text,
  skip_reason text CHECK (skip_reason IN ('newer_boundary', 'terminated')),
  refund_id text,
  -- When payment could not be reached first; told once.
  delayed_at timestamptz,
  -- Caller and Idempotency-Key of the newest `renew`: the same request finds its renewal again after any crash.
  request_key text CONSTRAINT renewal_request UNIQUE,
  actor text NOT NULL,
  channel text NOT NULL,
  traceparent text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  settled_at timestamptz,
  -- Tries of the present attempt, for the pause before the next one.
  tries integer NOT NULL DEFAULT 0,
  -- Milliseconds of machine time; null once there is nothing more to do.
  next_run_ms bigint,
  lease_until_ms bigint,
  CONSTRAINT renewal_one_per_boundary UNIQUE (subscription_id, boundary), -- I7
  CONSTRAINT renewal_captured_is_billed CHECK (state <> 'captured' OR bill_id IS NOT NULL), -- I8
  CONSTRAINT renewal_charges_something CHECK (state NOT IN ('charging', 'captured') OR (offering_id IS NOT NULL AND offering_name IS NOT NULL AND price_id IS NOT NULL
    AND price_minor IS NOT NULL AND currency IS NOT NULL AND grants IS NOT NULL AND blocking_allowances IS NOT NULL AND period_start IS NOT NULL AND period_end IS NOT NULL)),
  CONSTRAINT renewal_period_ordered CHECK (period_end > period_start),
  CONSTRAINT renewal_skip_has_reason CHECK ((state = 'skipped') = (skip_reason IS NOT NULL)),
  CONSTRAINT renewal_settled_fits CHECK ((state IN ('captured', 'declined', 'skipped')) = (settled_at IS NOT NULL)),
  CONSTRAINT renewal_goes_on CHECK (state NOT IN ('due', 'charging') OR next_run_ms IS NOT NULL)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX renewal_one_open ON subscription.renewal (subscription_id) WHERE state IN ('due', 'charging');
CREATE INDEX renewal_next ON subscription.renewal (next_run_ms) WHERE next_run_ms IS NOT NULL;

CREATE TABLE subscription.renewal_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  renewal_id text NOT NULL REFERENCES subscription.renewal,
  from_state text,
  to_state text NOT NULL CHECK (to_state IN ('due', 'charging', 'captured', 'declined', 'skipped')),
  trigger text NOT NULL,
  reason text,
  attempt integer NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX renewal_history_renewal ON subscription.renewal_history (renewal_id, id);

-- Boundaries whose customer was reminded.
CREATE TABLE subscription.reminder (
  subscription_id text NOT NULL REFERENCES subscription.subscription,
  boundary timestamptz NOT NULL,
  at timestamptz NOT NULL,
  CONSTRAINT reminder_one_per_boundary PRIMARY KEY (subscription_id, boundary) -- I7
);

-- A move of the lines of a plan to another price; gone through line by line, resumed after a crash.
CREATE TABLE subscription.price_migration (
  id text PRIMARY KEY,
  offering_id text NOT NULL,
  price_id text NOT NULL,
  price_name text,
  price_minor bigint NOT NULL CHECK (price_minor >= 0),
  currency text NOT NULL,
  -- Each line moves at its first boundary from here on.
  effective_from timestamptz NOT NULL,
  notice_days integer NOT NULL CHECK (notice_days >= 0),
  state text NOT NULL CHECK (state IN ('running', 'done')),
  scheduled integer NOT NULL DEFAULT 0 CHECK (scheduled >= 0),
  skipped integer NOT NULL DEFAULT 0 CHECK (skipped >= 0),
  -- Lines up to this id were looked at.
  last_line_id text NOT NULL DEFAULT '',
  initiated_by text NOT NULL,
  request_key text CONSTRAINT price_migration_request UNIQUE,
  actor text NOT NULL,
  channel text NOT NULL,
  traceparent text NOT NULL,
  created_at timestamptz NOT NULL,
  completed_at timestamptz,
  next_run_ms bigint,
  lease_until_ms bigint,
  CONSTRAINT price_migration_goes_on CHECK ((state = 'running') = (next_run_ms IS NOT NULL) AND (state = 'done') = (completed_at IS NOT NULL))
);
CREATE INDEX price_migration_newest ON subscription.price_migration (created_at DESC, id DESC);
CREATE INDEX price_migration_next ON subscription.price_migration (next_run_ms) WHERE next_run_ms IS NOT NULL;

CREATE TABLE subscription.price_migration_line (
  migration_id text NOT NULL REFERENCES subscription.price_migration,
  subscription_id text NOT NULL REFERENCES subscription.subscription,
  customer_id text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('scheduled', 'skipped')),
  reason text CHECK (reason IN ('plan_change_pending', 'price_change_pending')),
  effective_at timestamptz,
  PRIMARY KEY (migration_id, subscription_id),
  CONSTRAINT price_migration_line_fits CHECK ((outcome = 'skipped') = (reason IS NOT NULL) AND (outcome = 'scheduled') = (effective_at IS NOT NULL))
);

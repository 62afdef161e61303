-- Lines, what they hold and what became of it (DOMAIN §4 Subscription, VAS purchase; §8 I1-I8, I20).

CREATE SEQUENCE subscription.seq_sub;
CREATE SEQUENCE subscription.seq_bkt;
CREATE SEQUENCE subscription.seq_vasp;

CREATE TABLE subscription.subscription (
  id text PRIMARY KEY,
  rev integer NOT NULL,
  customer_id text NOT NULL,
  order_id text NOT NULL CONSTRAINT subscription_order UNIQUE, -- I2
  service_order_id text,
  offering_id text NOT NULL,
  offering_name text NOT NULL,
  msisdn text NOT NULL,
  iccid text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'active', 'blocked', 'terminated')),
  block_reason text CHECK (block_reason IN ('exhausted', 'payment_failed')),
  price_id text NOT NULL,
  price_name text,
  price_minor bigint NOT NULL CHECK (price_minor >= 0),
  currency text NOT NULL,
  -- What the plan grants per period, as sold: [{allowance, total, unlimited}].
  grants jsonb NOT NULL,
  blocking_allowances text[] NOT NULL,
  -- Local day of month and time of the boundaries, 'DD hh:mm:ss.mmm' in the operator's time zone.
  anchor text,
  period_start timestamptz,
  period_end timestamptz,
  activation_payment_id text,
  activation_bill_id text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  activated_at timestamptz,
  terminated_at timestamptz,
  termination_reason text,
  CONSTRAINT subscription_block_reason_fits CHECK ((state = 'blocked') = (block_reason IS NOT NULL)), -- I5
  CONSTRAINT subscription_period_ordered CHECK (period_end > period_start), -- I6
  CONSTRAINT subscription_live_has_period CHECK (state NOT IN ('active', 'blocked') OR (period_start IS NOT NULL AND period_end IS NOT NULL AND anchor IS NOT NULL)),
  CONSTRAINT subscription_live_is_billed CHECK (state NOT IN ('active', 'blocked') OR activation_bill_id IS NOT NULL), -- I8
  CONSTRAINT subscription_end_fits CHECK ((state = 'terminated') = (terminated_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX subscription_live_msisdn ON subscription.subscription (msisdn) WHERE state <> 'terminated'; -- I1
CREATE UNIQUE INDEX subscription_live_iccid ON subscription.subscription (iccid) WHERE state <> 'terminated'; -- I1
CREATE INDEX subscription_number ON subscription.subscription (msisdn, activated_at DESC);
CREATE INDEX subscription_customer ON subscription.subscription (customer_id, created_at DESC);
CREATE INDEX subscription_created ON subscription.subscription (created_at DESC, id DESC);

CREATE TABLE subscription.subscription_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscription_id text NOT NULL REFERENCES subscription.subscription,
  from_state text,
  to_state text NOT NULL CHECK (to_state IN ('pending', 'active', 'blocked', 'terminated')),
  trigger text NOT NULL,
  reason text,
  block_reason text,
  actor text NOT NULL,
  channel text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX subscription_history_line ON subscription.subscription_history (subscription_id, id);

-- One purchase of a top-up; written before the card is charged and resumed from here after a crash.
CREATE TABLE subscription.vas_purchase (
  id text PRIMARY KEY,
  subscription_id text NOT NULL REFERENCES subscription.subscription,
  customer_id text NOT NULL,
  offering_id text NOT NULL,
  offering_name text NOT NULL,
  state text NOT NULL CHECK (state IN ('charging', 'applied', 'declined', 'refunded', 'expired')),
  price_id text NOT NULL,
  price_name text,
  price_minor bigint NOT NULL CHECK (price_minor >= 0),
  currency text NOT NULL,
  grants jsonb NOT NULL,
  duration_hours integer CHECK (duration_hours > 0),
  payment_method_id text,
  payment_id text,
  bill_id text,
  decline_code text,
  -- Rule that made the line ineligible while the card was charged; the money goes back.
  refund_rule text,
  refund_id text,
  -- Caller and Idempotency-Key: the same request finds its purchase again after any crash.
  request_key text CONSTRAINT vas_purchase_request UNIQUE,
  actor text NOT NULL,
  channel text NOT NULL,
  traceparent text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  applied_at timestamptz,
  expires_at timestamptz,
  attempts integer NOT NULL,
  next_run_ms bigint NOT NULL,
  lease_until_ms bigint,
  CONSTRAINT vas_purchase_grant_is_billed CHECK (state NOT IN ('applied', 'expired') OR bill_id IS NOT NULL) -- I8
);
CREATE UNIQUE INDEX vas_purchase_one_charging ON subscription.vas_purchase (subscription_id) WHERE state = 'charging';
CREATE INDEX vas_purchase_due ON subscription.vas_purchase (next_run_ms) WHERE state = 'charging';
CREATE INDEX vas_purchase_line ON subscription.vas_purchase (subscription_id, created_at DESC);

CREATE TABLE subscription.vas_purchase_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  vas_purchase_id text NOT NULL REFERENCES subscription.vas_purchase,
  from_state text,
  to_state text NOT NULL CHECK (to_state IN ('charging', 'applied', 'declined', 'refunded', 'expired')),
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX vas_purchase_history_purchase ON subscription.vas_purchase_history (vas_purchase_id, id);

-- One grant of one allowance, in base units: bytes, seconds, messages.
CREATE TABLE subscription.bucket (
  id text PRIMARY KEY,
  subscription_id text NOT NULL REFERENCES subscription.subscription,
  allowance text NOT NULL CHECK (allowance IN ('data', 'voice', 'sms', 'data_roaming')),
  total bigint,
  consumed bigint NOT NULL,
  unlimited boolean NOT NULL,
  source text NOT NULL CHECK (source IN ('plan', 'vas')),
  offering_id text NOT NULL,
  purchase_id text REFERENCES subscription.vas_purchase,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  closed_at timestamptz,
  CONSTRAINT bucket_never_negative CHECK (consumed >= 0 AND (unlimited OR consumed <= total)), -- I3
  CONSTRAINT bucket_total_fits CHECK (unlimited = (total IS NULL) AND total >= 0),
  CONSTRAINT bucket_purchase_fits CHECK ((source = 'vas') = (purchase_id IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX bucket_open ON subscription.bucket (subscription_id, allowance) WHERE closed_at IS NULL;
CREATE INDEX bucket_vas_expiry ON subscription.bucket (expires_at) WHERE closed_at IS NULL AND source = 'vas';

-- What a usage took from the buckets of a line: once per usage, nothing lost (I20).
CREATE TABLE subscription.usage_application (
  usage_id text PRIMARY KEY, -- I20: UNIQUE
  subscription_id text NOT NULL REFERENCES subscription.subscription,
  allowance text NOT NULL CHECK (allowance IN ('data', 'voice', 'sms', 'data_roaming')),
  quantity bigint NOT NULL CHECK (quantity > 0),
  consumed bigint NOT NULL CHECK (consumed >= 0),
  unrated_excess bigint NOT NULL CHECK (unrated_excess >= 0),
  -- Rule that refused it; null = applied. Only a refused usage may be applied again, in a later round.
  rule text,
  recycle_count integer NOT NULL,
  event_time timestamptz NOT NULL,
  applied_at timestamptz NOT NULL,
  CONSTRAINT usage_application_conserved CHECK (quantity = consumed + unrated_excess) -- I20
);
CREATE INDEX usage_application_line ON subscription.usage_application (subscription_id, applied_at);

-- Orders open on a line, as com tells of them: an open order keeps others from ending the line.
CREATE TABLE subscription.open_order (
  order_id text PRIMARY KEY,
  subscription_id text NOT NULL,
  since timestamptz NOT NULL
);
CREATE INDEX open_order_line ON subscription.open_order (subscription_id);

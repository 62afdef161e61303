-- Cards on file, payments, refunds (DOMAIN §4, §8 I10–I12).

CREATE SEQUENCE payment.seq_pm;
CREATE SEQUENCE payment.seq_pay;
CREATE SEQUENCE payment.seq_rfnd;

CREATE TABLE payment.payment_method (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  customer_id text NOT NULL,
  token text NOT NULL,
  brand text NOT NULL,
  last4 text NOT NULL CHECK (last4 ~ '^\d{4}$'),
  exp_month integer NOT NULL CHECK (exp_month BETWEEN 1 AND 12),
  exp_year integer NOT NULL,
  is_default boolean NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'expired', 'removed')),
  removed_at timestamptz,
  CHECK (NOT is_default OR status = 'active')
);
CREATE UNIQUE INDEX payment_method_default ON payment.payment_method (customer_id) WHERE is_default AND status = 'active'; -- I12
CREATE INDEX payment_method_customer ON payment.payment_method (customer_id, created_at);
CREATE INDEX payment_method_expiry ON payment.payment_method (exp_year, exp_month) WHERE status = 'active';

CREATE TABLE payment.payment_method_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment_method_id text NOT NULL REFERENCES payment.payment_method,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX ON payment.payment_method_history (payment_method_id);

CREATE TABLE payment.payment (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  customer_id text,
  account_id text NOT NULL,
  payment_method_id text REFERENCES payment.payment_method,
  brand text,
  last4 text,
  order_id text,
  subscription_id text,
  purpose text NOT NULL,
  description text,
  -- Whether authorisation is followed by capture without another call, and what the bill then says.
  sale boolean NOT NULL,
  items jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('pendingAuthorization', 'authorized', 'captured', 'denied', 'failed', 'canceled', 'done')),
  status_date timestamptz NOT NULL,
  authorized_at timestamptz,
  captured_at timestamptz,
  currency text NOT NULL,
  amount_minor bigint NOT NULL,
  authorized_minor bigint NOT NULL,
  captured_minor bigint NOT NULL,
  refunded_minor bigint NOT NULL,
  decline_code text,
  bill_id text,
  -- Identity and key of the call: one charge per key (I10).
  idempotency_key text UNIQUE,
  -- How an authorised payment is to end, written before the gateway is asked: never both.
  ending text CHECK (ending IN ('capture', 'void')),
  capturing_minor bigint,
  capture_key text,
  gateway_ref text,
  gateway_attempts integer NOT NULL,
  next_run_ms bigint,
  lease_until_ms bigint,
  CHECK (amount_minor >= 0 AND captured_minor <= authorized_minor AND refunded_minor <= captured_minor), -- I11
  CHECK (refunded_minor >= 0),
  CHECK ((ending IS NOT DISTINCT FROM 'capture') = (capturing_minor IS NOT NULL)),
  CHECK (status NOT IN ('captured', 'done') OR capturing_minor = captured_minor),
  CHECK (status <> 'canceled' OR ending = 'void'),
  CHECK (status NOT IN ('captured', 'done') OR bill_id IS NOT NULL)
);
CREATE INDEX payment_customer ON payment.payment (customer_id, created_at);
CREATE INDEX payment_by_method ON payment.payment (payment_method_id);
CREATE INDEX payment_newest ON payment.payment (created_at);
CREATE INDEX payment_document ON payment.payment USING gin (document jsonb_path_ops);
CREATE INDEX payment_due ON payment.payment (next_run_ms) WHERE next_run_ms IS NOT NULL;

CREATE TABLE payment.payment_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment_id text NOT NULL REFERENCES payment.payment,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX ON payment.payment_history (payment_id);

CREATE TABLE payment.refund (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  payment_id text REFERENCES payment.payment,
  customer_id text,
  subscription_id text,
  status text NOT NULL CHECK (status IN ('pendingAuthorization', 'done', 'denied', 'failed')),
  status_date timestamptz NOT NULL,
  currency text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  reason text,
  decline_code text,
  bill_id text,
  idempotency_key text UNIQUE,
  gateway_ref text,
  gateway_attempts integer NOT NULL,
  next_run_ms bigint,
  lease_until_ms bigint,
  CHECK (status <> 'done' OR (bill_id IS NOT NULL AND payment_id IS NOT NULL))
);
CREATE INDEX refund_payment ON payment.refund (payment_id);
CREATE INDEX refund_newest ON payment.refund (created_at);
CREATE INDEX refund_document ON payment.refund USING gin (document jsonb_path_ops);
CREATE INDEX refund_due ON payment.refund (next_run_ms) WHERE next_run_ms IS NOT NULL;

CREATE TABLE payment.refund_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  refund_id text NOT NULL REFERENCES payment.refund,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX ON payment.refund_history (refund_id);

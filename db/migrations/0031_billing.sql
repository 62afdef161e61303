-- Accounts, bills and the rates on them (DOMAIN §4, §8 I13, I14). Bills are settled when they are written.

CREATE SEQUENCE billing.seq_ba;
CREATE SEQUENCE billing.seq_bill;
CREATE SEQUENCE billing.seq_rate;
CREATE SEQUENCE billing.seq_od;

CREATE TABLE billing.billing_account (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  customer_id text NOT NULL UNIQUE,
  name text NOT NULL,
  currency text NOT NULL
);

CREATE TABLE billing.customer_bill (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  bill_no text NOT NULL UNIQUE,
  bill_date timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('settled', 'onHold')),
  category text NOT NULL CHECK (category IN ('normal', 'creditNote')),
  customer_id text NOT NULL,
  billing_account_id text NOT NULL REFERENCES billing.billing_account,
  order_id text,
  subscription_id text,
  payment_id text,
  refund_id text UNIQUE,
  payment_method_id text,
  brand text,
  last4 text,
  operator_name text NOT NULL,
  currency text NOT NULL,
  amount_minor bigint NOT NULL,
  tax_excluded_minor bigint NOT NULL,
  tax_minor bigint NOT NULL,
  tax_rate_bp integer NOT NULL,
  period_start timestamptz,
  period_end timestamptz,
  -- Identity and key of the call that billed an amount of zero; charges have theirs in payment.payment.
  idempotency_key text UNIQUE,
  CHECK (amount_minor = 0 OR payment_id IS NOT NULL), -- I14
  CHECK (amount_minor = tax_excluded_minor + tax_minor),
  CHECK ((category = 'creditNote') = (amount_minor < 0))
);
CREATE INDEX customer_bill_customer ON billing.customer_bill (customer_id, bill_date);
CREATE INDEX customer_bill_payment ON billing.customer_bill (payment_id);
CREATE INDEX customer_bill_newest ON billing.customer_bill (bill_date);
CREATE INDEX customer_bill_document ON billing.customer_bill USING gin (document jsonb_path_ops);

CREATE TABLE billing.customer_bill_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_bill_id text NOT NULL REFERENCES billing.customer_bill,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX ON billing.customer_bill_history (customer_bill_id);

CREATE TABLE billing.applied_rate (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  bill_id text NOT NULL REFERENCES billing.customer_bill,
  customer_id text NOT NULL,
  billing_account_id text NOT NULL REFERENCES billing.billing_account,
  order_id text,
  subscription_id text,
  offering_id text,
  price_id text,
  name text NOT NULL,
  currency text NOT NULL,
  amount_minor bigint NOT NULL,
  tax_excluded_minor bigint NOT NULL,
  tax_minor bigint NOT NULL,
  period_start timestamptz,
  period_end timestamptz,
  CHECK (amount_minor = tax_excluded_minor + tax_minor)
);
CREATE INDEX applied_rate_bill ON billing.applied_rate (bill_id);
CREATE INDEX applied_rate_newest ON billing.applied_rate (created_at);
CREATE INDEX applied_rate_document ON billing.applied_rate USING gin (document jsonb_path_ops);

CREATE TABLE billing.bill_on_demand (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('inProgress', 'done', 'rejected', 'terminatedWithError')),
  customer_id text,
  billing_account_id text,
  bill_id text REFERENCES billing.customer_bill,
  CHECK (state <> 'done' OR billing_account_id IS NOT NULL)
);
CREATE INDEX bill_on_demand_newest ON billing.bill_on_demand (created_at);
CREATE INDEX bill_on_demand_document ON billing.bill_on_demand USING gin (document jsonb_path_ops);

CREATE TABLE billing.bill_on_demand_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bill_on_demand_id text NOT NULL REFERENCES billing.bill_on_demand,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX ON billing.bill_on_demand_history (bill_on_demand_id);

-- How each use was rated: which allowance it draws from, by the tariff of the moment of use (DOMAIN §5 F5.3).

CREATE TABLE rating.rated_usage (
  usage_id text PRIMARY KEY,
  -- pending = the catalog has not been asked yet; kept here so that a crash loses nothing.
  state text NOT NULL CHECK (state IN ('pending', 'rated', 'rejected')),
  subscription_id text NOT NULL,
  customer_id text NOT NULL,
  msisdn text NOT NULL,
  offering_id text NOT NULL,
  event_type text NOT NULL CHECK (event_type IN ('data', 'voice', 'sms')),
  roaming boolean NOT NULL,
  -- Base units: bytes, seconds, messages.
  quantity bigint NOT NULL CHECK (quantity > 0),
  unit text NOT NULL CHECK (unit IN ('byte', 'second', 'message')),
  allowance text CHECK (allowance IN ('data', 'voice', 'sms', 'data_roaming')),
  -- Allowances the line holds buckets of besides those of its plan.
  held_allowances text[] NOT NULL,
  rule text,
  recycle_count integer NOT NULL,
  event_time timestamptz NOT NULL,
  rated_at timestamptz,
  actor text NOT NULL,
  channel text NOT NULL,
  traceparent text NOT NULL,
  attempts integer NOT NULL,
  next_run_ms bigint NOT NULL,
  lease_until_ms bigint,
  CONSTRAINT rated_usage_allowance_fits CHECK (state <> 'rated' OR (allowance IS NOT NULL AND rated_at IS NOT NULL)),
  CONSTRAINT rated_usage_rule_fits CHECK ((state = 'rejected') = (rule IS NOT NULL))
);
CREATE INDEX rated_usage_due ON rating.rated_usage (next_run_ms) WHERE state = 'pending';
CREATE INDEX rated_usage_newest ON rating.rated_usage (rated_at DESC, usage_id DESC) WHERE state = 'rated';
CREATE INDEX rated_usage_line ON rating.rated_usage (subscription_id, rated_at DESC) WHERE state = 'rated';
CREATE INDEX rated_usage_customer ON rating.rated_usage (customer_id, rated_at DESC) WHERE state = 'rated';

-- Usage records (TMF635; DOMAIN §4 Usage, §5 F5, §8 I19).

CREATE SEQUENCE mediation.seq_usg;
CREATE SEQUENCE mediation.seq_uspec;

CREATE TABLE mediation.usage_specification (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  document jsonb NOT NULL DEFAULT '{}',
  name text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

-- Partitioned by month of the use; a month without a partition of its own lives in usage_other.
CREATE TABLE mediation.usage (
  id text NOT NULL,
  rev integer NOT NULL DEFAULT 1,
  document jsonb NOT NULL DEFAULT '{}',
  usage_date timestamptz NOT NULL,
  usage_type text,
  status text NOT NULL CHECK (status IN ('received', 'guided', 'rated', 'billed', 'rejected', 'recycled')),
  specification_id text,
  msisdn text,
  event_type text CHECK (event_type IN ('data', 'voice', 'sms')),
  -- Base units: bytes, seconds, messages.
  quantity bigint,
  unit text CHECK (unit IN ('byte', 'second', 'message')),
  roaming boolean NOT NULL,
  source text,
  raw_cdr_ref text,
  subscription_id text,
  customer_id text,
  offering_id text,
  allowance text CHECK (allowance IN ('data', 'voice', 'sms', 'data_roaming')),
  consumed bigint CHECK (consumed >= 0),
  unrated_excess bigint CHECK (unrated_excess >= 0),
  -- Refusal that rejected it last: {code, reason, message, context, fix}.
  policy_violation jsonb,
  recycle_count integer NOT NULL,
  actor text NOT NULL,
  channel text NOT NULL,
  traceparent text NOT NULL,
  attempts integer NOT NULL,
  next_run_ms bigint NOT NULL,
  lease_until_ms bigint,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (id, usage_date),
  CONSTRAINT usage_rejection_fits CHECK ((status = 'rejected') = (policy_violation IS NOT NULL))
) PARTITION BY RANGE (usage_date);

CREATE TABLE mediation.usage_other PARTITION OF mediation.usage DEFAULT;
CREATE INDEX usage_line ON mediation.usage (subscription_id, usage_date DESC);
CREATE INDEX usage_customer ON mediation.usage (customer_id, usage_date DESC);
CREATE INDEX usage_number ON mediation.usage (msisdn, usage_date DESC);
CREATE INDEX usage_created ON mediation.usage (created_at DESC, id DESC);
CREATE INDEX usage_specification_id ON mediation.usage (specification_id);
CREATE INDEX usage_unguided ON mediation.usage (next_run_ms) WHERE status IN ('received', 'recycled');

-- One CDR once, whatever month it is of (I19).
CREATE TABLE mediation.usage_key (
  source text NOT NULL,
  raw_cdr_ref text NOT NULL,
  usage_id text NOT NULL,
  usage_date timestamptz NOT NULL,
  -- SHA-256 of what was reported: the same reference with other content is a conflict.
  content_hash text NOT NULL,
  PRIMARY KEY (source, raw_cdr_ref)
);
CREATE INDEX usage_key_usage ON mediation.usage_key (usage_id);

CREATE TABLE mediation.usage_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  usage_id text NOT NULL,
  from_state text,
  to_state text NOT NULL CHECK (to_state IN ('received', 'guided', 'rated', 'billed', 'rejected', 'recycled')),
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX usage_history_usage ON mediation.usage_history (usage_id, id);

-- Gives the month of `at` (UTC) a partition of its own; false when it has one, or when usage of it is in usage_other already.
CREATE FUNCTION mediation.add_month(at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = mediation, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
  month_start timestamptz := date_trunc('month', at);
  month_end timestamptz := date_trunc('month', at) + interval '1 month';
  partition text := 'usage_' || to_char(at, 'YYYYMM');
BEGIN
  IF to_regclass('mediation.' || partition) IS NOT NULL THEN RETURN false; END IF;
  -- An insert that has chosen usage_other before the month is there would fail: whoever writes is waited for, and nobody begins meanwhile.
  LOCK TABLE usage IN ACCESS EXCLUSIVE MODE;
  PERFORM 1 FROM usage_other WHERE usage_date >= month_start AND usage_date < month_end LIMIT 1;
  IF FOUND THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE usage INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
  EXECUTE format('ALTER TABLE usage ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition, month_start, month_end);
  RETURN true;
EXCEPTION
  -- Another process made it, or usage of the month arrived meanwhile: usage_other serves it.
  WHEN duplicate_table OR check_violation THEN RETURN false;
END $$;
REVOKE ALL ON FUNCTION mediation.add_month(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mediation.add_month(timestamptz) TO bss_mediation;

-- Customers, their contact media and identity, tickets and interactions (DOMAIN §4, §8 I17).

CREATE SEQUENCE crm.seq_cust;
CREATE SEQUENCE crm.seq_cm;
CREATE SEQUENCE crm.seq_int;
CREATE SEQUENCE crm.seq_tkt;

CREATE TABLE crm.customer (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('prospect', 'active', 'suspended', 'closed')),
  status_reason text,
  kyc_status text NOT NULL CHECK (kyc_status IN ('not_verified', 'verified', 'rejected', 'expired')),
  kyc_provider text,
  kyc_document_type text,
  kyc_document_country text,
  kyc_attested_at timestamptz,
  kyc_verified_at timestamptz,
  kyc_expires_at timestamptz,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK (kyc_status <> 'verified' OR kyc_verified_at IS NOT NULL)
);
CREATE INDEX customer_document ON crm.customer USING gin (document jsonb_path_ops);
CREATE INDEX customer_created ON crm.customer (created_at);
CREATE INDEX customer_kyc_expiry ON crm.customer (kyc_expires_at) WHERE kyc_status = 'verified';

-- State changes of the customer (aspect status) and of its identity check (aspect kyc).
CREATE TABLE crm.customer_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id text NOT NULL,
  aspect text NOT NULL CHECK (aspect IN ('status', 'kyc')),
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX customer_history_of ON crm.customer_history (customer_id);

-- Ways to reach a customer that we understand: live and past. The customer's document holds them as written.
CREATE TABLE crm.contact_medium (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES crm.customer (id) ON DELETE CASCADE,
  medium_type text NOT NULL CHECK (medium_type IN ('email', 'phone', 'postalAddress')),
  -- E-mail address or E.164 number; null for a postal address.
  value text,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  CHECK ((medium_type = 'postalAddress') = (value IS NULL))
);
CREATE INDEX contact_medium_customer ON crm.contact_medium (customer_id);
-- I17: a live e-mail address belongs to one customer.
CREATE UNIQUE INDEX contact_medium_live_email ON crm.contact_medium (lower(value))
  WHERE medium_type = 'email' AND valid_to IS NULL;

-- I17: a document proves one customer; its number is kept as a peppered hash only.
CREATE TABLE crm.identity (
  document_type text NOT NULL,
  document_hash text NOT NULL,
  customer_id text NOT NULL REFERENCES crm.customer (id) ON DELETE CASCADE,
  document_country text,
  provider text NOT NULL,
  attested_at timestamptz NOT NULL,
  CONSTRAINT identity_document PRIMARY KEY (document_type, document_hash)
);
CREATE INDEX identity_customer ON crm.identity (customer_id);

CREATE TABLE crm.agent (
  id text PRIMARY KEY,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('csr', 'supervisor', 'engineer', 'system')),
  active boolean NOT NULL DEFAULT true
);

CREATE TABLE crm.interaction (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  customer_id text,
  status text NOT NULL CHECK (status IN ('open', 'inProgress', 'completed')),
  direction text NOT NULL,
  reason text NOT NULL,
  -- True for a row a crm write left behind by itself.
  automatic boolean NOT NULL DEFAULT false,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX interaction_customer ON crm.interaction (customer_id, created_at);
CREATE INDEX interaction_document ON crm.interaction USING gin (document jsonb_path_ops);

CREATE TABLE crm.interaction_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  interaction_id text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);

CREATE TABLE crm.ticket (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  status text NOT NULL CHECK (status IN
    ('acknowledged', 'rejected', 'pending', 'held', 'inProgress', 'cancelled', 'closed', 'resolved')),
  severity text NOT NULL,
  ticket_type text NOT NULL,
  priority text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  customer_id text,
  case_id text,
  agent_id text REFERENCES crm.agent (id),
  sla_due_at timestamptz NOT NULL,
  sla_breached_at timestamptz,
  pending_since timestamptz,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX ticket_customer ON crm.ticket (customer_id, created_at);
CREATE INDEX ticket_document ON crm.ticket USING gin (document jsonb_path_ops);
CREATE INDEX ticket_sla ON crm.ticket (sla_due_at)
  WHERE sla_breached_at IS NULL AND status IN ('acknowledged', 'held', 'inProgress');

CREATE TABLE crm.ticket_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ticket_id text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX ticket_history_of ON crm.ticket_history (ticket_id);

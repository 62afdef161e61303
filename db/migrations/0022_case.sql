-- Cases, their notes, and the tickets that belong to them (DOMAIN §4 "Case", §8 I18).

CREATE SEQUENCE crm.seq_case;
CREATE SEQUENCE crm.seq_note;

CREATE TABLE crm.case (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  customer_id text NOT NULL REFERENCES crm.customer (id),
  subject text NOT NULL,
  description text,
  category text NOT NULL CHECK (category IN ('service_outage', 'billing_dispute', 'configuration', 'other', 'fraud',
    'identity_recovery', 'regulator_complaint', 'bereavement')),
  priority text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  state text NOT NULL CHECK (state IN ('open', 'in_progress', 'pending_customer', 'resolved', 'closed')),
  agent_id text REFERENCES crm.agent (id),
  resolution_code text,
  sla_due_at timestamptz NOT NULL,
  sla_breached_at timestamptz,
  -- Since when it waits for the customer, and how long it has waited before; neither counts.
  pending_since timestamptz,
  pending_ms bigint NOT NULL DEFAULT 0 CHECK (pending_ms >= 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK ((state = 'pending_customer') = (pending_since IS NOT NULL))
);
CREATE INDEX case_customer ON crm.case (customer_id, created_at);
CREATE INDEX case_created ON crm.case (created_at);
CREATE INDEX case_sla ON crm.case (sla_due_at) WHERE sla_breached_at IS NULL AND state IN ('open', 'in_progress');

CREATE TABLE crm.case_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX case_history_of ON crm.case_history (case_id);

CREATE TABLE crm.case_note (
  id text PRIMARY KEY,
  case_id text NOT NULL REFERENCES crm.case (id),
  body text NOT NULL,
  author text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX case_note_of ON crm.case_note (case_id, created_at);

ALTER TABLE crm.ticket ADD CONSTRAINT ticket_case FOREIGN KEY (case_id) REFERENCES crm.case (id);
CREATE INDEX ticket_of_case ON crm.ticket (case_id) WHERE case_id IS NOT NULL;

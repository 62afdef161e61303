-- The simulated network: tasks, faults, and activations asked for through TMF640 (DOMAIN §3, §4, §5 F8).

CREATE SEQUENCE provisioning.seq_ptk;
CREATE SEQUENCE provisioning.seq_flt START 7;
-- Far from the ids of TMF638: both kinds of service share the aggregate type, and so the chain of events (I23).
CREATE SEQUENCE provisioning.seq_svc START 1000001;

CREATE TABLE provisioning.service (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  state text NOT NULL CHECK (state IN ('feasibilityChecked', 'designed', 'reserved', 'inactive', 'active', 'terminated')), -- I28
  -- Its specification is one the network knows; any other row is kept as posted.
  managed boolean NOT NULL,
  specification_id text,
  service_date timestamptz NOT NULL,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX service_newest ON provisioning.service (created_at DESC, id DESC);

CREATE TABLE provisioning.service_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service_id text NOT NULL REFERENCES provisioning.service ON DELETE CASCADE,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);

-- A set of tasks asked for through TMF640; its monitor is completed when all of them are.
CREATE TABLE provisioning.activation (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  state text NOT NULL CHECK (state IN ('inProgress', 'completed', 'failed')), -- I28
  service_id text NOT NULL,
  wanted_state text NOT NULL CHECK (wanted_state IN ('inactive', 'active', 'terminated')),
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX activation_open ON provisioning.activation (service_id) WHERE state = 'inProgress';

CREATE TABLE provisioning.task (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  -- Who asked: one request makes one task, however often it is delivered.
  request_id text NOT NULL CONSTRAINT task_request UNIQUE,
  task_type text NOT NULL CHECK (task_type IN ('HLR_PROVISION', 'HLR_SUSPEND', 'HLR_RESUME', 'HLR_DEPROVISION', 'PCRF_POLICY_PUSH',
    'PCRF_BLOCK', 'PCRF_POLICY_REMOVE', 'OCS_BALANCE_INIT', 'OCS_BALANCE_CLOSE', 'ESIM_PROFILE_PREPARE', 'ESIM_PROFILE_DELETE')),
  state text NOT NULL CHECK (state IN ('pending', 'running', 'completed', 'failed', 'stuck', 'cancelled')), -- I28
  action text NOT NULL CHECK (action IN ('add', 'modify', 'suspend', 'resume', 'delete')),
  -- Takes back what a completed task did; tried for ever.
  undo boolean NOT NULL,
  service_order_id text,
  activation_id text REFERENCES provisioning.activation,
  service_id text,
  order_id text,
  subscription_id text,
  customer_id text,
  msisdn text,
  iccid text,
  -- Simulated time of an undisturbed attempt, in milliseconds.
  duration_ms integer NOT NULL CHECK (duration_ms >= 0),
  last_duration_ms integer,
  attempts integer NOT NULL CHECK (attempts >= 0),
  -- Null = tried for ever.
  attempts_max integer CHECK (attempts_max > 0),
  -- Machine time in epoch milliseconds.
  next_run_ms bigint NOT NULL,
  lease_until_ms bigint,
  -- The next attempt plays no fault: somebody freed the task.
  skip_faults boolean NOT NULL,
  fault_kind text CHECK (fault_kind IN ('fail_first_attempt', 'fail_always', 'stuck', 'slow')),
  last_error text,
  note text,
  -- The service order is final or being undone: what is open is cancelled, nothing is retried.
  order_ended boolean NOT NULL,
  actor text NOT NULL,
  channel text NOT NULL,
  traceparent text NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  document jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT task_belongs CHECK ((service_order_id IS NULL) <> (activation_id IS NULL))
) WITH (fillfactor = 60);
CREATE INDEX task_due ON provisioning.task (next_run_ms) WHERE state IN ('pending', 'running');
CREATE INDEX task_order ON provisioning.task (service_order_id);
CREATE INDEX task_activation ON provisioning.task (activation_id) WHERE activation_id IS NOT NULL;
CREATE INDEX task_service ON provisioning.task (service_id);
CREATE INDEX task_line ON provisioning.task (subscription_id);
CREATE INDEX task_newest ON provisioning.task (created_at DESC, id DESC);

CREATE TABLE provisioning.task_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task_id text NOT NULL REFERENCES provisioning.task ON DELETE CASCADE,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  reason text,
  actor text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX task_history_task ON provisioning.task_history (task_id, id);

-- TMF640 monitors: one per task, and one per activation that stands for its whole set.
CREATE VIEW provisioning.monitor AS
  SELECT id, rev, document, created_at, updated_at, coalesce(service_id, '') AS service_id,
    CASE state WHEN 'completed' THEN 'Completed' WHEN 'failed' THEN 'Failed' WHEN 'cancelled' THEN 'Failed' ELSE 'inProgress' END AS state,
    service_order_id
  FROM provisioning.task
  UNION ALL
  SELECT id, rev, document, created_at, updated_at, service_id,
    CASE state WHEN 'completed' THEN 'Completed' WHEN 'failed' THEN 'Failed' ELSE 'inProgress' END, NULL
  FROM provisioning.activation;

CREATE TABLE provisioning.fault_rule (
  id text PRIMARY KEY,
  rev integer NOT NULL DEFAULT 1,
  task_type text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('fail_first_attempt', 'fail_always', 'stuck', 'slow')),
  probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
  enabled boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);

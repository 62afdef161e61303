-- Import and export jobs are worked on in the background: whose they are, when they are due, who has them.
ALTER TABLE catalog.job
  ADD COLUMN actor text,
  ADD COLUMN channel text,
  ADD COLUMN traceparent text,
  ADD COLUMN attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Milliseconds of machine time; null once the job is over.
  ADD COLUMN next_run_ms bigint,
  ADD COLUMN lease_until_ms bigint,
  ADD CONSTRAINT job_is_due_until_over CHECK ((status IN ('Not Started', 'Running')) = (next_run_ms IS NOT NULL)),
  ADD CONSTRAINT job_has_an_origin CHECK (next_run_ms IS NULL OR (actor IS NOT NULL AND channel IS NOT NULL AND traceparent IS NOT NULL));
CREATE INDEX job_due ON catalog.job (next_run_ms) WHERE next_run_ms IS NOT NULL;

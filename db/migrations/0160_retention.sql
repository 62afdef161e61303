-- What the sweep `retention` looks for: what is over, longest over first.
-- A task that failed is over once nobody may try it again.
CREATE INDEX task_over ON provisioning.task (finished_at) WHERE state IN ('completed', 'cancelled') OR (state = 'failed' AND order_ended);
CREATE INDEX activation_over ON provisioning.activation (updated_at) WHERE state <> 'inProgress';
-- Refused at intake: no gateway was ever asked.
CREATE INDEX payment_refused ON payment.payment (status_date) WHERE status = 'denied' AND gateway_attempts = 0;
CREATE INDEX refund_refused ON payment.refund (status_date) WHERE status = 'denied' AND gateway_attempts = 0;

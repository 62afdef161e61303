import test, { type ExecutionContext } from 'ava';
import { sgd, Till } from '../handlers/payment/till.ts';

/**
 * DOMAIN §8 I8, I10–I14 and "bills = captures": each one breaks when its violation is planted. Those
 * of kind U and C refuse the plant; those of kind Q find it.
 */
let till: Till;
let customer: { readonly method: string; readonly account: string };
let payment: string;
let bill: string;
let refund: string;

test.before(async () => {
  till = await Till.open();
  customer = await till.customer('CUST-001');
  const { body } = await till.call('payment.createCharge', { body: { customerId: 'CUST-001', amount: sgd(25), purpose: 'renewal' }, key: 'first' });
  payment = body.id;
  bill = body.billId;
  const given = { account: { id: customer.account }, paymentMethod: {}, payment: { id: payment }, totalAmount: sgd(10), description: 'duplicate' };
  refund = (await till.call('TMF676.createRefund', { body: given })).body.id;
});
test.after.always(() => till?.close());

/** @param constraint name of what refuses the plant */
async function refused(t: ExecutionContext, constraint: string, sql: string, values: readonly unknown[] = []): Promise<void> {
  const error = await t.throwsAsync<Error & { constraint?: string }>(till.sql(sql, values));
  t.is(error.constraint, constraint, error.message);
}

/** The plant is found by this invariant alone, and taken back. */
async function found(t: ExecutionContext, id: string, plant: string, undo: string, values: readonly unknown[]): Promise<void> {
  t.deepEqual(await till.broken(), []);
  await till.sql(plant, values);
  t.deepEqual(await till.broken(), [id]);
  await till.sql(undo, values);
  t.deepEqual(await till.broken(), []);
}

const line = `INSERT INTO subscription.subscription (id, rev, customer_id, order_id, offering_id, offering_name, msisdn, iccid, state, price_id, price_minor, currency, grants,
  blocking_allowances, anchor, period_start, period_end, activation_bill_id, created_at, updated_at)
  VALUES ($1, 1, 'CUST-001', $1, 'PLAN_S', 'Lite', $1, $1, $2, 'PRICE_PLAN_S', 1000, 'SGD', '[]', '{}', '11 09:00:00.000', '2026-04-11Z', '2026-05-11Z', $3, '2026-04-11Z', '2026-04-11Z')`;

test.serial('I8: a line is not live without its bill', async (t) => {
  await refused(t, 'subscription_live_is_billed', line, ['SUB-101', 'active', null]);
  await till.sql(line, ['SUB-101', 'active', bill]);
  await refused(t, 'subscription_live_is_billed', "UPDATE subscription.subscription SET activation_bill_id = NULL WHERE id = 'SUB-101'");
});

test.serial('I8: a top-up is not applied without its bill', async (t) => {
  await till.sql(line, ['SUB-102', 'pending', null]);
  const purchase = `INSERT INTO subscription.vas_purchase (id, subscription_id, customer_id, offering_id, offering_name, state, price_id, price_minor, currency, grants, actor, channel,
    traceparent, created_at, updated_at, attempts, next_run_ms, bill_id)
    VALUES ('VASP-101', 'SUB-102', 'CUST-001', 'VAS_DATA_1GB', 'Data top-up', 'applied', 'PRICE', 300, 'SGD', '[]', 'alice', 'cli', '-', '2026-04-11Z', '2026-04-11Z', 1, 0, $1)`;
  await refused(t, 'vas_purchase_grant_is_billed', purchase, [null]);
  await till.sql(purchase, [bill]);
  t.pass();
});

test.serial('I7, I8: a boundary has one renewal and one reminder, and none is captured without its bill', async (t) => {
  await till.sql(line, ['SUB-103', 'active', bill]);
  const renewal = `INSERT INTO subscription.renewal (id, subscription_id, customer_id, boundary, state, attempt, offering_id, offering_name, price_id, price_minor, currency, grants,
    blocking_allowances, period_start, period_end, actor, channel, traceparent, created_at, updated_at, settled_at, bill_id)
    VALUES ($1, 'SUB-103', 'CUST-001', '2026-05-11Z', 'captured', 1, 'PLAN_S', 'Lite', 'PRICE', 2500, 'SGD', '[]', '{}', '2026-05-11Z', '2026-06-11Z', 'alice', 'cli', '-',
    '2026-05-11Z', '2026-05-11Z', '2026-05-11Z', $2)`;
  await refused(t, 'renewal_captured_is_billed', renewal, ['REN-101', null]);
  await till.sql(renewal, ['REN-101', bill]);
  await refused(t, 'renewal_one_per_boundary', renewal, ['REN-102', bill]);
  await found(t, 'renewal', "UPDATE subscription.renewal SET price_minor = 2400 WHERE id = 'REN-101'", "UPDATE subscription.renewal SET price_minor = 2500 WHERE id = 'REN-101'", []);
  const reminder = "INSERT INTO subscription.reminder (subscription_id, boundary, at) VALUES ('SUB-103', '2026-05-11Z', '2026-05-10Z')";
  await till.sql(reminder);
  await refused(t, 'reminder_one_per_boundary', reminder);
});

test.serial('I9: a customer\'s plan change is not overwritten by a price, and what is pending is whole', async (t) => {
  const pending = (kind: string, offeringId: string) => `UPDATE subscription.subscription SET pending_kind = '${kind}', pending_offering_id = '${offeringId}', pending_offering_name = 'Max',
    pending_price_id = 'PRICE', pending_price_minor = 4500, pending_grants = '[]', pending_blocking_allowances = '{}', pending_effective_at = '2026-05-11Z',
    pending_requested_at = '2026-04-12Z', pending_migration_id = 'MIG-001' WHERE id = 'SUB-103'`;
  await refused(t, 'subscription_pending_is_whole', "UPDATE subscription.subscription SET pending_kind = 'plan' WHERE id = 'SUB-103'");
  await till.sql(pending('price', 'PLAN_S'));
  await till.sql(pending('plan', 'PLAN_L'));
  await refused(t, 'subscription_plan_change_kept', pending('price', 'PLAN_S'));
  await refused(t, 'subscription_pending_is_live', "UPDATE subscription.subscription SET state = 'terminated', terminated_at = '2026-04-12Z' WHERE id = 'SUB-103'");
});

test.serial('I10: a key stands for one charge', async (t) => {
  const { body } = await till.call('payment.createCharge', { body: { customerId: 'CUST-001', amount: sgd(3), purpose: 'vas' }, key: 'second' });
  await refused(t, 'payment_idempotency_key_key', 'UPDATE payment.payment SET idempotency_key = (SELECT idempotency_key FROM payment.payment WHERE id = $1) WHERE id = $2', [payment, body.id]);
});

test.serial('I11: no more is taken than was held, and no more given back than was taken', async (t) => {
  await refused(t, 'payment_check', 'UPDATE payment.payment SET amount_minor = -1 WHERE id = $1', [payment]);
  await refused(t, 'payment_check', 'UPDATE payment.payment SET captured_minor = authorized_minor + 1 WHERE id = $1', [payment]);
  await refused(t, 'payment_check', 'UPDATE payment.payment SET refunded_minor = captured_minor + 1 WHERE id = $1', [payment]);
});

test.serial('I12: a customer has one default card', async (t) => {
  const { body } = await till.addCard('CUST-001');
  await refused(t, 'payment_method_default', 'UPDATE payment.payment_method SET is_default = true WHERE id = $1', [body.id]);
});

test.serial('I13: a bill is the sum of its rates', async (t) => {
  const [rate] = await till.sql<{ id: string }>('SELECT id FROM billing.applied_rate WHERE bill_id = $1', [bill]);
  const change = (by: number): string => `UPDATE billing.applied_rate SET amount_minor = amount_minor + ${by}, tax_minor = tax_minor + ${by} WHERE id = $1`;
  await found(t, 'I13', change(1), change(-1), [rate!.id]);
});

test.serial('I13: a bill has a rate, also a bill of zero', async (t) => {
  const { body } = await till.call('payment.createZeroCharge', { body: { customerId: 'CUST-001', items: [{ description: 'Free', amount: sgd(0) }] } });
  await till.sql('DELETE FROM billing.applied_rate WHERE bill_id = $1', [body.billId]);
  t.deepEqual(await till.broken(), ['I13']);
  await till.sql('DELETE FROM billing.customer_bill_history WHERE customer_bill_id = $1', [body.billId]);
  await till.sql('DELETE FROM billing.customer_bill WHERE id = $1', [body.billId]);
});

test.serial('I14: a bill has a payment unless it is zero', async (t) => {
  await refused(t, 'customer_bill_check', 'UPDATE billing.customer_bill SET payment_id = NULL WHERE id = $1', [bill]);
});

const plus = (minor: number): string => `UPDATE payment.payment SET captured_minor = captured_minor + ${minor}, capturing_minor = capturing_minor + ${minor} WHERE id = $1`;

test.serial('bills = captures: what was taken without a bill is found', (t) =>
  found(t, 'money', plus(-1), plus(1), [payment]));

test.serial('bills = captures: what was billed for no payment is found', (t) =>
  found(t, 'money', "UPDATE billing.customer_bill SET payment_id = 'PAY-999' WHERE refund_id = $1", `UPDATE billing.customer_bill SET payment_id = '${payment}' WHERE refund_id = $1`, [refund]));

test.serial('bills = captures: what was given back without a credit note, or not taken off its payment, is found', async (t) => {
  const unknown = "UPDATE billing.customer_bill SET refund_id = '-' || refund_id WHERE refund_id = $1";
  await found(t, 'money', unknown, "UPDATE billing.customer_bill SET refund_id = $1 WHERE refund_id = '-' || $1", [refund]);
  await found(t, 'money', 'UPDATE payment.payment SET refunded_minor = refunded_minor - 1 WHERE id = $1', 'UPDATE payment.payment SET refunded_minor = refunded_minor + 1 WHERE id = $1', [payment]);
});

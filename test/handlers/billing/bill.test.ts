import test from 'ava';
import { NotFound, PreconditionFailed } from '#runtime/errors';
import { sgd, Till, types } from '../payment/till.ts';

/** TMF678: DOMAIN §4 "Customer bill", §1 "Wide intake"; TMF.md §3, §4. */
let till: Till;

test.before(async () => {
  till = await Till.open();
});
test.after.always(() => till?.close());
test.beforeEach(async () => {
  await till.events();
});

const period = { periodStart: '2026-04-11T09:00:00.000Z', periodEnd: '2026-05-11T09:00:00.000Z' };

/** A customer with one bill of a plan. */
async function billed(customerId: string): Promise<{ readonly account: string; readonly bill: string; readonly payment: string }> {
  const { account } = await till.customer(customerId);
  const items = [{ description: 'Standard', amount: sgd(25), offeringId: 'PLAN_M', priceId: 'PRICE_PLAN_M', subscriptionId: 'SUB-001', ...period }];
  const { body } = await till.call('payment.createCharge', { body: { customerId, amount: sgd(25), purpose: 'renewal', subscriptionId: 'SUB-001', items } });
  await till.events();
  return { account, bill: body.billId, payment: body.id };
}

const ids = (rows: { id: string }[]): string[] => rows.map(({ id }) => id);
const patch = (id: string, body: object, more: object = {}) => till.call('TMF678.patchCustomerBill', { id, body, ...more });

test.serial('a bill says what was paid, with the tax inside, for which period and by whom', async (t) => {
  const { account, bill, payment } = await billed('CUST-401');
  const { body } = await till.call('TMF678.retrieveCustomerBill', { id: bill });
  t.like(body, {
    id: bill, state: 'settled', category: 'normal', runType: 'offCycle', amountDue: sgd(25), remainingAmount: sgd(0), taxIncludedAmount: sgd(25), taxExcludedAmount: sgd(22.94),
    billDate: '2026-04-11T09:00:00.000Z', '@type': 'CustomerBill',
  });
  t.deepEqual(body.taxItem, [{ taxCategory: 'GST', taxRate: 9, taxAmount: sgd(2.06) }]);
  t.deepEqual(body.billingPeriod, { startDateTime: period.periodStart, endDateTime: period.periodEnd });
  t.is(body.billingAccount.id, account);
  t.like(body.relatedParty[0], { id: 'CUST-401', role: 'customer' });
  t.is(body.appliedPayment[0].payment.id, payment);
  t.is(body.billDocument[0].id, bill);
  t.true(body.billDocument[0].href.endsWith(`/bss-api/billing/v1/customerBill/${bill}/document`));
});

test.serial('a bill is one rate per charge, and each rate names its bill', async (t) => {
  const { bill, account } = await billed('CUST-402');
  const { body } = await till.call('TMF678.listAppliedCustomerBillingRate', { query: { 'bill.id': bill } });
  t.is(body.length, 1);
  t.like(body[0], { isBilled: true, name: 'Standard', taxIncludedAmount: sgd(25), taxExcludedAmount: sgd(22.94), date: '2026-04-11T09:00:00.000Z' });
  t.is(body[0].billingAccount.id, account);
  t.is(body[0].product.id, 'SUB-001');
  t.deepEqual((await till.call('TMF678.retrieveAppliedCustomerBillingRate', { id: body[0].id })).body, body[0]);
  for (const query of [{ 'billingAccount.id': account }, { id: body[0].id, name: 'Standard' }, { 'bill.id': bill, isBilled: 'true' }]) {
    t.deepEqual(ids((await till.call('TMF678.listAppliedCustomerBillingRate', { query })).body), [body[0].id], JSON.stringify(query));
  }
});

test.serial('bills are found by what every bill has', async (t) => {
  const { account, bill, payment } = await billed('CUST-403');
  const { body: whole } = await till.call('TMF678.retrieveCustomerBill', { id: bill });
  const find = async (query: object) => (await till.call('TMF678.listCustomerBill', { query })).body;
  const filters = [
    { id: bill }, { href: whole.href }, { billNo: whole.billNo }, { 'relatedParty.id': 'CUST-403' }, { 'billingAccount.id': account, state: 'settled' },
    { 'appliedPayment.payment.id': payment }, { 'billDocument.id': bill }, { 'relatedParty.id': 'CUST-403', 'amountDue.value.gte': '25' },
    { 'relatedParty.id': 'CUST-403', 'billDate.gte': '2026-04-11T09:00:00.000Z', category: 'normal' },
  ];
  for (const query of filters) t.deepEqual(ids(await find(query)), [bill], JSON.stringify(query));
  t.deepEqual(await find({ 'relatedParty.id': 'CUST-403', state: 'onHold' }), []);
  for (const row of await find({})) {
    for (const name of ['id', 'href', 'billNo', 'billDate', 'state', 'billDocument', 'billingAccount', 'amountDue', 'relatedParty', '@type']) t.true(name in row, `${name} of ${row.id}`);
  }
});

test.serial('a bill is held and released, told each time, and otherwise stays as it was settled', async (t) => {
  const { bill, payment } = await billed('CUST-404');
  const { body: settled } = await till.call('TMF678.retrieveCustomerBill', { id: bill });
  t.is((await patch(bill, { state: 'onHold' })).body.state, 'onHold');
  const [held] = await till.events();
  t.like(held, { type: 'bill.state_changed', id: bill });
  t.like(held!.payload, { billId: bill, customerId: 'CUST-404', subscriptionId: 'SUB-001', paymentId: payment, from: 'settled', to: 'onHold', trigger: 'dispute', amount: 2500, tax: 206 });
  await patch(bill, { state: 'onHold' });
  t.deepEqual(await till.events(), []);
  const { body: released } = await patch(bill, [{ op: 'replace', path: '/state', value: 'settled' }], { contentType: 'application/json-patch+json' });
  t.deepEqual({ ...released, lastUpdate: settled.lastUpdate }, settled);
  t.deepEqual(types(await till.events()), ['bill.state_changed']);
  const history = await till.sql('SELECT from_state, to_state, trigger FROM billing.customer_bill_history WHERE customer_bill_id = $1 ORDER BY id', [bill]);
  t.deepEqual(history, [
    { from_state: null, to_state: 'settled', trigger: 'create' }, { from_state: 'settled', to_state: 'onHold', trigger: 'dispute' }, { from_state: 'onHold', to_state: 'settled', trigger: 'release' },
  ]);
});

test.serial('nothing but the state of a bill can be patched, and only to what it can be', async (t) => {
  const { bill } = await billed('CUST-405');
  const refused = (body: object) => till.refusal('TMF678.patchCustomerBill', { id: bill, body });
  const other = await refused({ state: 'new' });
  t.is(other.rule, 'bill.transition.invalid');
  t.like(other.context, { billId: bill, state: 'settled', legal: ['dispute'] });
  const locked = await refused({ amountDue: sgd(1) });
  t.is(locked.rule, 'bill.patch.field_locked');
  t.is(locked.context['field'], 'amountDue');
  const extra = await refused({ state: 'onHold', colour: 'red' });
  t.is(extra.rule, 'bill.patch.field_locked');
  t.like(extra.context, { billId: bill, state: 'settled', field: 'colour' });
  await t.throwsAsync(patch(bill, { state: 'onHold' }, { headers: { 'if-match': 'W/"9"' } }), { instanceOf: PreconditionFailed });
  await t.throwsAsync(patch('BILL-999', { state: 'onHold' }), { instanceOf: NotFound });
  t.deepEqual(await till.events(), []);
});

test.serial('a bill asked for on demand is the newest of its account', async (t) => {
  const { account, bill } = await billed('CUST-406');
  const { status, body } = await till.call('TMF678.createCustomerBillOnDemand', { body: { billingAccount: { id: account }, name: 'For the tax office' } });
  t.is(status, 201);
  t.like(body, { state: 'done', name: 'For the tax office' });
  t.is(body.customerBill.id, bill);
  t.is(body.billingAccount.id, account);
  t.is(body.relatedParty.id, 'CUST-406');
  const told = await till.events();
  t.deepEqual(types(told), ['bill.on_demand_changed']);
  t.like(told[0]!.payload, { onDemandId: body.id, customerId: 'CUST-406', billId: bill, from: 'inProgress', to: 'done', reason: null });
  t.deepEqual((await till.call('TMF678.retrieveCustomerBillOnDemand', { id: body.id })).body, body);
  t.true(body.customerBill.href.endsWith(`/customerBill/${bill}`));
  for (const query of [{ 'billingAccount.id': account }, { id: body.id, state: 'done' }, { 'customerBill.id': bill }, { 'customerBill.href': body.customerBill.href }]) {
    t.deepEqual(ids((await till.call('TMF678.listCustomerBillOnDemand', { query })).body), [body.id], JSON.stringify(query));
  }
});

test.serial('a bill on demand of an unknown account is recorded as rejected with its rule', async (t) => {
  const { status, body } = await till.call('TMF678.createCustomerBillOnDemand', { body: { billingAccount: { id: 'elsewhere-7' } } });
  t.is(status, 201);
  t.is(body.state, 'rejected');
  t.is(body.billingAccount.id, 'elsewhere-7');
  t.is(body.policyViolation.reason, 'bill.on_demand.account_unknown');
  const [told] = await till.events();
  t.like(told!.payload, { to: 'rejected', rule: 'bill.on_demand.account_unknown' });
  t.is((await till.refusal('TMF678.createCustomerBillOnDemand', { body: { billingAccount: { id: 'BA-999' } } })).rule, 'reference.id.unknown');
});

test.serial('a customer sees own bills, rates, accounts and receipts, and no others', async (t) => {
  const mine = await billed('CUST-407');
  const theirs = await billed('CUST-408');
  const as = { role: 'customer', onBehalfOf: 'CUST-407' } as const;
  t.deepEqual(ids((await till.call('TMF678.listCustomerBill', { as })).body), [mine.bill]);
  t.deepEqual((await till.call('TMF678.listAppliedCustomerBillingRate', { as })).body.map((one: { bill: { id: string } }) => one.bill.id), [mine.bill]);
  t.deepEqual(ids((await till.call('billing.listBillingAccount', { as })).body), [mine.account]);
  t.deepEqual((await till.call('billing.listBillingAccount', { as, query: { customerId: 'CUST-408' } })).body, []);
  t.is((await till.call('billing.retrieveBillDocument', { id: mine.bill, as })).body.customerId, 'CUST-407');
  for (const key of ['TMF678.retrieveCustomerBill', 'billing.retrieveBillDocument'] as const) {
    t.is((await till.refusal(key, { id: theirs.bill, as })).rule, 'auth.customer.not_owner');
  }
  t.is((await till.refusal('TMF678.createCustomerBillOnDemand', { body: { billingAccount: { id: theirs.account } }, as })).rule, 'auth.customer.not_owner');
});

test.serial('a receipt of nothing is not found', async (t) => {
  await t.throwsAsync(till.call('billing.retrieveBillDocument', { id: 'BILL-999' }), { instanceOf: NotFound });
});

test.serial('sixteen first charges at once book on one account', async (t) => {
  till.customers.set('CUST-409', 'active');
  const body = { customerId: 'CUST-409', items: [{ description: 'Free', amount: sgd(0) }] };
  const bills = await Promise.all(Array.from({ length: 16 }, () => till.call('payment.createZeroCharge', { body })));
  t.is(new Set(bills.map((one) => one.body.billId)).size, 16);
  const accounts = (await till.call('billing.listBillingAccount', { query: { customerId: 'CUST-409' } })).body;
  t.is(accounts.length, 1);
  t.like(accounts[0], { customerId: 'CUST-409', name: 'Name of CUST-409', currency: 'SGD' });
  t.deepEqual(ids((await till.call('TMF678.listCustomerBill', { query: { 'billingAccount.id': accounts[0].id } })).body).sort(), bills.map((one) => one.body.billId).sort());
  t.deepEqual(await till.broken(), []);
});

test.serial('however long a name or a description is, there is a receipt', async (t) => {
  till.names.set('CUST-411', '😀'.repeat(300));
  const { method, account } = await till.customer('CUST-411');
  const body = { account: { id: account }, paymentMethod: { id: method }, totalAmount: sgd(3), description: 'long '.repeat(10_000) };
  const { body: paid } = await till.call('TMF676.createPayment', { body });
  const [bill] = (await till.call('TMF678.listCustomerBill', { query: { 'appliedPayment.payment.id': paid.id } })).body;
  const { body: receipt } = await till.call('billing.retrieveBillDocument', { id: bill.id });
  t.is(receipt.customerName, '😀'.repeat(200));
  t.is(receipt.lines[0].description, body.description.slice(0, 500));
  const { body: given } = await till.call('TMF676.createRefund', { body: { ...body, totalAmount: sgd(1), description: '😀'.repeat(1000), payment: { id: paid.id } } });
  t.is(given.status, 'done');
});

test.serial('an operator without tax in its prices shows none', async (t) => {
  const untaxed = await Till.open({ BSS_TAX_INCLUSIVE: 'false' });
  try {
    await untaxed.customer('CUST-410');
    const { body } = await untaxed.call('payment.createCharge', { body: { customerId: 'CUST-410', amount: sgd(25), purpose: 'vas' } });
    const { body: receipt } = await untaxed.call('billing.retrieveBillDocument', { id: body.billId });
    t.deepEqual([receipt.total, receipt.tax, receipt.taxExcludedTotal, receipt.taxRateBp], [sgd(25), sgd(0), sgd(25), 0]);
  } finally {
    await untaxed.close();
  }
});

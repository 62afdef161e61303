import test from 'ava';
import { tariff } from './cards.ts';
import { line } from './fixtures.ts';
import { refusal, ScriptedStack, type Reply } from './scripted-stack.ts';

/** Renewals, changes of plan and of price, and the clock that brings them about. */
const base = '/bss-api/subscription/v1';
const clock: Reply = { body: { '@type': 'Clock', id: 'clock', now: '2026-11-22T09:15:00.000Z', frozen: false, offsetMs: 0 } };
const pendingChange = { kind: 'plan', offeringId: 'PLAN_L', price: { priceId: 'PRICE_PLAN_L', amount: { unit: 'SGD', value: 45 } }, effectiveAt: line.periodEnd, requestedAt: line.periodStart };
const renewal = {
  '@type': 'Renewal', id: 'REN-003', subscriptionId: line.id, customerId: line.customerId, boundary: line.periodEnd, attempt: 2, state: 'captured', offeringId: 'PLAN_M', price: line.price,
  periodStart: line.periodEnd, periodEnd: '2027-01-04T09:15:00.000Z', paymentId: 'PAY-009', billId: 'BILL-006', createdAt: line.periodEnd, subscription: line,
};

test('subscription renew: one attempt under the key of the caller, shown with what it cost and how long it lasts', async (t) => {
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/admin/v1/clock': clock, [`POST ${base}/subscription/SUB-009/renew`]: { body: renewal } });
  const { code, stdout } = await stack.bss(['subscription', 'renew', 'SUB-009', '--yes', '--idempotency-key', 'k']);
  t.is(code, 0);
  t.regex(stdout, /Renewal -+ REN-003 - captured -\n\| PLAN_M {3}SGD 25\.00 {3}PAY-009 {3}BILL-006 {3}2026-12-04 to 2027-01-04\n\| SUB-009 is active\n$/);
  t.is(stack.seen[0]?.headers['idempotency-key'], 'k');
  t.is((await stack.bss(['subscription', 'renew', 'SUB-009'])).code, 2, 'money does not move without a yes');
});

test('subscription renew: a refusal names the command that helps', async (t) => {
  const refused = refusal('subscription.renew.payment_method_required', 'There is no active card.', [{ hint: 'Put a card on file.', tool: 'payment.add_card', args: { customer_id: 'CUST-022' } }]);
  const stack = await ScriptedStack.start(t, { [`POST ${base}/subscription/SUB-009/renew`]: refused });
  const { code, stderr } = await stack.bss(['subscription', 'renew', 'SUB-009', '--yes']);
  t.is(code, 4);
  t.regex(stderr, /fix: bss payment add-card CUST-022\n/);
});

test('subscription renewals: a row per boundary', async (t) => {
  const stack = await ScriptedStack.start(t, { [`GET ${base}/subscription/SUB-009/renewal`]: { body: [renewal], headers: { 'x-total-count': '1' } } });
  const { stdout } = await stack.bss(['subscription', 'renewals', 'SUB-009']);
  t.regex(stdout, /\| REN-003 +2026-12-04 +captured +2 +PLAN_M +SGD 25\.00 +PAY-009 +BILL-006/);
});

test('subscription change-plan: the line is shown with what the next period brings', async (t) => {
  const stack = await ScriptedStack.start(t, {
    'GET /bss-api/admin/v1/clock': clock, 'GET /bss-api/catalog/v1/offering/PLAN_L/activePrice': { body: tariff('PLAN_L', 'Max', 45, 150, null).price },
    [`POST ${base}/subscription/SUB-009/planChange`]: { status: 201, body: { ...line, pendingChange } },
  });
  const { code, stdout } = await stack.bss(['subscription', 'change-plan', 'SUB-009', 'PLAN_L', '--yes']);
  t.is(code, 0);
  t.regex(stdout, /\| pending {2}PLAN_L SGD 45\.00 on 2026-12-04\n$/);
  t.deepEqual(stack.seen[0]?.body, { offeringId: 'PLAN_L' });
});

test('subscription cancel-change: drops the change and shows the line without it', async (t) => {
  const stack = await ScriptedStack.start(t, {
    'GET /bss-api/admin/v1/clock': clock, [`DELETE ${base}/subscription/SUB-009/planChange`]: { status: 204 }, [`GET ${base}/subscription/SUB-009`]: { body: line },
  });
  const { code, stdout } = await stack.bss(['subscription', 'cancel-change', 'SUB-009']);
  t.is(code, 0);
  t.regex(stdout, /Subscription -+ SUB-009 - active -/);
  t.false(stdout.includes('pending'));
});

test('subscription migrate-price: sends what was said and nothing else', async (t) => {
  const stack = await ScriptedStack.start(t, { [`POST ${base}/priceMigration`]: { status: 201, body: { '@type': 'PriceMigration', id: 'MIG-001', offeringId: 'PLAN_M', priceId: 'PRICE_PLAN_M_2027' } } });
  t.is((await stack.bss(['subscription', 'migrate-price', 'PLAN_M', 'PRICE_PLAN_M_2027', '--yes'])).code, 0);
  t.is((await stack.bss(['subscription', 'migrate-price', 'PLAN_M', 'PRICE_PLAN_M_2027', '--from', '2027-03-01', '--notice-days', '45', '--yes'])).code, 0);
  t.deepEqual(stack.seen.map(({ body }) => body), [
    { offeringId: 'PLAN_M', priceId: 'PRICE_PLAN_M_2027' }, { offeringId: 'PLAN_M', priceId: 'PRICE_PLAN_M_2027', effectiveFrom: '2027-03-01T00:00:00.000Z', noticeDays: 45 },
  ]);
});

test('subscription tick: reminders first, then renewals', async (t) => {
  const swept = (name: string): Reply => ({ body: { '@type': 'SweepRun', id: name, name, now: '2026-11-22T09:15:00.000Z', examined: 2, changed: 2, failed: 0 } });
  const path = (name: string): string => `/bss-api/admin/v1/sweep/${name}`;
  const stack = await ScriptedStack.start(t, { [`POST ${path('renewal')}`]: swept('renewal'), [`POST ${path('renewal_reminder')}`]: swept('renewal_reminder') });
  t.is((await stack.bss(['subscription', 'tick', '--yes'])).code, 0);
  t.deepEqual(stack.seen.map((seen) => seen.path), [path('renewal_reminder'), path('renewal')]);
});

test('clock: tells the time, moves it with what it set off, and is asked before', async (t) => {
  const ran = [{ name: 'renewal', changed: 1, at: '2026-12-04T09:15:00.000Z' }, { name: 'sla', changed: 0, at: '2026-12-05T00:00:00.000Z' }];
  const moved: Reply = { body: { '@type': 'Clock', id: 'clock', now: '2026-12-22T09:15:00.000Z', frozen: true, offsetMs: 0, ran } };
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/admin/v1/clock': clock, 'POST /bss-api/admin/v1/clock/advance': moved });
  t.regex((await stack.bss(['clock', 'now'])).stdout, /Clock -+ 2026-11-22 09:15 UTC - runs -\n$/);
  t.is((await stack.bss(['clock', 'advance', '30d'])).code, 2);
  t.regex((await stack.bss(['clock', 'advance', '30d', '--yes'])).stdout, /Clock -+ 2026-12-22 09:15 UTC - stands still -\n\| 2026-12-04 09:15 {2}renewal {2}1\n$/);
  t.deepEqual(stack.requests('POST /bss-api/admin/v1/clock/advance').map(({ body }) => body), [{ duration: '30d' }]);
});

test('bill: a list with its charges, and the receipt of one', async (t) => {
  const bill = { '@type': 'CustomerBill', id: 'BILL-006', billDate: '2026-12-04T09:15:00.000Z', state: 'settled', category: 'normal', amountDue: { unit: 'SGD', value: 25 }, relatedParty: [{ id: 'CUST-022' }] };
  const stack = await ScriptedStack.start(t, { 'GET /tmf-api/customerBillManagement/v4/customerBill': { body: [bill], headers: { 'x-total-count': '1' } } });
  t.regex((await stack.bss(['bill', 'list', 'CUST-022'])).stdout, /\| BILL-006 +2026-12-04 09:15 +settled +normal +SGD 25\.00 +CUST-022/);
  t.is(stack.seen[0]?.query.get('relatedParty.id'), 'CUST-022');
});

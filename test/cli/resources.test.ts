import test from 'ava';
import { operations } from '#generated/operations';
import type { Operation } from '#runtime/operation';
import { customer, order, tariff } from './cards.ts';
import { blockedLine, line } from './fixtures.ts';
import { refusal, ScriptedStack, type Reply, type Seen } from './scripted-stack.ts';

const clock: Reply = { body: { now: '2026-11-22T09:15:00.000Z', frozen: false, offsetMs: 0 } };
const money = (value: number) => ({ unit: 'SGD', value });

test('customer create: the person, each way to reach them, and the card of the customer', async (t) => {
  const path = 'POST /tmf-api/customerManagement/v4/customer';
  const stack = await ScriptedStack.start(t, { [path]: { status: 201, body: customer('Ada Lim') } });
  const { code, stdout } = await stack.bss(['customer', 'create', 'Ada Lim', '--email', 'ada@x.sg', '--phone', '+6590001234', '--date-of-birth', '1990-12-31']);
  t.is(code, 0);
  t.regex(stdout, /^\+- Customer -+ CUST-022 - active -\n\| Ada Lim {3}ada@x\.sg {3}\+6590001234\n/);
  t.like(stack.seen[0]?.body, {
    name: 'Ada Lim',
    contactMedium: [
      { mediumType: 'email', preferred: true, characteristic: { emailAddress: 'ada@x.sg' } }, { mediumType: 'phone', preferred: false, characteristic: { phoneNumber: '+6590001234' } },
    ],
  });
});

test('customer create: a name of nothing is missing, and nothing is sent', async (t) => {
  const stack = await ScriptedStack.start(t, {});
  const { code, stderr } = await stack.bss(['customer', 'create', ' ', '--json']);
  t.is(code, 2);
  t.like(JSON.parse(stderr), { error: { kind: 'MISSING_FIELDS' } });
  t.deepEqual(stack.seen, []);
});

test('customer find: an address is an address, all else a number', async (t) => {
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/crm/v1/customerLookup': { body: { '@type': 'CustomerLookup', id: 'CUST-022', name: 'Ada Lim' } } });
  await stack.bss(['customer', 'find', 'ada@x.sg']);
  await stack.bss(['customer', 'find', '+65 9000 0005']);
  t.deepEqual(stack.seen.map(({ query }) => Object.fromEntries(query)), [{ email: 'ada@x.sg' }, { msisdn: '+65 9000 0005' }]);
});

test('customer kyc-attest: sends the document once, and nothing that was not said', async (t) => {
  const path = 'POST /bss-api/crm/v1/customer/CUST-022/kycAttestation';
  const stack = await ScriptedStack.start(t, { [path]: { body: { '@type': 'Kyc', id: 'CUST-022', customerId: 'CUST-022', kycStatus: 'verified' } } });
  t.is((await stack.bss(['customer', 'kyc-attest', 'CUST-022', '--document-number', 'S1234567A'])).code, 0);
  t.deepEqual(stack.seen[0]?.body, { provider: 'prebaked', attestationToken: 'ok', documentNumber: 'S1234567A' });
});

test('customer 360: four services on one card, charges of thirty days of business time', async (t) => {
  const stack = await ScriptedStack.start(t, {
    'GET /bss-api/admin/v1/clock': clock,
    'GET /tmf-api/customerManagement/v4/customer/CUST-022': { body: customer('Ada Lim') },
    'GET /bss-api/subscription/v1/subscription': { body: [line, blockedLine] },
    'GET /tmf-api/productOrderingManagement/v4/productOrder': { body: [order('Ada Lim').order] },
    'GET /tmf-api/customerBillManagement/v4/customerBill': { body: [{ amountDue: money(25.1) }, { amountDue: money(12.9) }] },
  });
  const { code, stdout } = await stack.bss(['customer', '360', 'CUST-022']);
  t.is(code, 0);
  t.regex(stdout, /charged 30 d SGD 38\.00\n$/);
  t.is(stack.requests('GET /tmf-api/customerBillManagement/v4/customerBill')[0]?.query.get('billDate.gte'), '2026-10-23T09:15:00.000Z');
});

test('catalog list: plans by price; --active leaves out what is not on sale, --at asks for a moment', async (t) => {
  const plan = (id: string, value: number, sellable: boolean): Reply => ({ body: { ...tariff(id, id, value, 5, null), sellable } });
  const stack = await ScriptedStack.start(t, {
    'GET /bss-api/admin/v1/clock': clock,
    'GET /tmf-api/productCatalogManagement/v4/productOffering': { body: [{ id: 'PLAN_M' }, { id: 'PLAN_S' }, { id: 'PLAN_X' }, { id: 'PLAN_Y' }] },
    'GET /bss-api/catalog/v1/offering/PLAN_S/tariff': plan('PLAN_S', 10, true), 'GET /bss-api/catalog/v1/offering/PLAN_M/tariff': plan('PLAN_M', 25, true),
    'GET /bss-api/catalog/v1/offering/PLAN_X/tariff': plan('PLAN_X', 1, false),
    'GET /bss-api/catalog/v1/offering/PLAN_Y/tariff': { status: 404, body: { code: 'NOT_FOUND', reason: 'NOT_FOUND', message: 'no price', status: '404', '@type': 'Error' } },
  });
  t.is((await stack.bss(['catalog', 'list', '--quiet'])).stdout, 'PLAN_X\nPLAN_S\nPLAN_M\n');
  t.is((await stack.bss(['catalog', 'list', '--active', '--quiet', '--at', '2026-12-01'])).stdout, 'PLAN_S\nPLAN_M\n');
  t.is((await stack.bss(['catalog', 'list', '--quiet', '--limit', '1', '--offset', '1'])).stdout, 'PLAN_S\n');
  t.is(stack.requests('GET /bss-api/catalog/v1/offering/PLAN_S/tariff')[1]?.query.get('at'), '2026-12-01T00:00:00.000Z');
  t.is((await stack.bss(['catalog', 'list', '--at', 'soon'])).code, 2);
});

test('subscription vas: one purchase under the key of the caller, shown as a receipt of the line', async (t) => {
  const path = 'POST /bss-api/subscription/v1/subscription/SUB-012/vasPurchase';
  const purchase = {
    id: 'VASP-003', '@type': 'VasPurchase', subscriptionId: 'SUB-012', customerId: 'CUST-022', offeringId: 'VAS_DATA_1GB', state: 'applied', price: { priceId: 'PRICE_VAS_DATA_1GB', amount: money(3) },
    paymentId: 'PAY-008', billId: 'BILL-005', buckets: [], subscription: { ...blockedLine, state: 'active', blockReason: null },
  };
  const stack = await ScriptedStack.start(t, { [path]: { status: 201, body: purchase } });
  const { code, stdout } = await stack.bss(['subscription', 'vas', 'SUB-012', 'VAS_DATA_1GB', '--card', 'PM-002', '--yes', '--idempotency-key', 'k']);
  t.is(code, 0);
  t.regex(stdout, /Top-up -+ VASP-003 - applied -\n\| VAS_DATA_1GB {3}SGD 3\.00 {3}PAY-008 {3}BILL-005\n\| SUB-012 is active\n$/);
  t.deepEqual(stack.seen[0]?.body, { offeringId: 'VAS_DATA_1GB', paymentMethodId: 'PM-002' });
  t.is(stack.seen[0]?.headers['idempotency-key'], 'k');
});

test('inventory esim-show: a profile without an order has no code, which is no error', async (t) => {
  const path = '/bss-api/inventory/v1/esim/8965010000000000053';
  const profile = { '@type': 'Esim', id: '8965010000000000053', iccid: '8965010000000000053', imsi: '001010000000005', status: 'available', smdpAddress: 'smdp.bss-cli.local' };
  const stack = await ScriptedStack.start(t, { [`GET ${path}`]: { body: profile }, [`GET ${path}/activation`]: refusal('esim.activation.not_issued', 'No order holds it.') });
  const { code, stdout } = await stack.bss(['inventory', 'esim-show', '8965010000000000053']);
  t.is(code, 0);
  t.regex(stdout, /no activation code: no order holds this profile\n$/);
});

test('prov tasks: SO- and ORD- are told apart', async (t) => {
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/provisioning/v1/task': { body: [] } });
  await stack.bss(['prov', 'tasks', '--order', 'SO-031', '--state', 'STUCK']);
  await stack.bss(['prov', 'tasks', '--order', 'ORD-014']);
  t.like(Object.fromEntries(stack.seen[0]?.query ?? []), { serviceOrderId: 'SO-031', state: 'stuck' });
  t.like(Object.fromEntries(stack.seen[1]?.query ?? []), { orderId: 'ORD-014' });
});

test('prov fault: lists, and changes what was said and nothing else', async (t) => {
  const rule = { '@type': 'FaultRule', id: 'FLT-001', taskType: 'HLR_PROVISION', kind: 'fail_first_attempt', enabled: true, probability: 1 };
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/provisioning/v1/faultRule': { body: [rule] }, 'PATCH /bss-api/provisioning/v1/faultRule/FLT-001': { body: rule } });
  t.regex((await stack.bss(['prov', 'fault'])).stdout, /\| FLT-001 {2}HLR_PROVISION {2}fail_first_attempt {2}yes +1\n$/);
  t.is((await stack.bss(['prov', 'fault', 'FLT-001', '--on', '--probability', '1', '--yes'])).code, 0);
  t.deepEqual(stack.requests('PATCH /bss-api/provisioning/v1/faultRule/FLT-001')[0]?.body, { enabled: true, probability: 1 });
  for (const wrong of [['--on', '--off'], [], ['--probability', 'often']]) t.is((await stack.bss(['prov', 'fault', 'FLT-001', ...wrong, '--yes'])).code, 2, wrong.join(' '));
});

test('api: lists every operation without a stack', async (t) => {
  const stack = await ScriptedStack.start(t, {});
  const { code, stdout } = await stack.bss(['api', '--json']);
  t.is(code, 0);
  const rows = stdout.trimEnd().split('\n').map((row) => (JSON.parse(row) as { id: string }).id);
  t.deepEqual(rows.toSorted(), Object.keys(operations).toSorted());
});

test('api: path and query parameters, headers and body go where they belong', async (t) => {
  const stack = await ScriptedStack.start(t, {
    'GET /tmf-api/customerManagement/v4/customer/CUST-022': { body: customer('Ada') },
    'POST /bss-api/crm/v1/customer/CUST-022/contactMedium': (seen: Seen) => ({ status: 201, body: seen.body }),
  });
  const read = await stack.bss(['api', 'TMF629.retrieveCustomer', '-p', 'id=CUST-022', '-p', 'fields=id,name']);
  t.is(read.code, 0);
  t.like(JSON.parse(read.stdout), { id: 'CUST-022' });
  t.is(stack.seen[0]?.query.get('fields'), 'id,name');
  const body = '{"mediumType":"email","value":"ada@x.sg"}';
  for (const [args, stdin] of [[['-d', body], ''], [['-d', '-'], body]] as const) {
    const written = await stack.bss(['api', 'crm.createContactMedium', '-p', 'id=CUST-022', '-H', 'If-Match: W/"3"', ...args], {}, stdin);
    t.deepEqual(JSON.parse(written.stdout), JSON.parse(body));
  }
  t.is(stack.seen[1]?.headers['if-match'], 'W/"3"');
  t.truthy(stack.seen[1]?.headers['idempotency-key']);
});

test('api: less of the answer, where that is asked for', async (t) => {
  const stack = await ScriptedStack.start(t, {
    'GET /tmf-api/customerManagement/v4/customer': { body: [customer('Ada'), customer('Bo')] },
    'GET /tmf-api/customerManagement/v4/customer/CUST-022': { body: customer('Ada') },
  });
  t.is((await stack.bss(['api', 'TMF629.listCustomer', '--fields', 'id,name'])).stdout, 'CUST-022\tAda\nCUST-022\tBo\n');
  t.is((await stack.bss(['api', 'TMF629.listCustomer', '--quiet'])).stdout, 'CUST-022\nCUST-022\n');
  t.is((await stack.bss(['api', 'TMF629.retrieveCustomer', '-p', 'id=CUST-022', '--fields', 'name', '--json'])).stdout, '{"name":"Ada"}\n');
});

const wrongCalls: readonly (readonly [args: string[], message: RegExp])[] = [
  [['TMF629.listCustomers'], /There is no operation "TMF629\.listCustomers"; did you mean TMF629\.listCustomer\?/],
  [['TMF629.retrieveCustomer'], /TMF629\.retrieveCustomer needs -p id=…/],
  [['TMF629.listCustomer', '-p', 'limit'], /-p takes name=value/],
  [['crm.createContactMedium', '-p', 'id=CUST-001', '-d', '{'], /The body is not JSON/],
  [['crm.createContactMedium', '-p', 'id=CUST-001', '-d', '@/nowhere/at/all'], /cannot be read/],
];
for (const [args, message] of wrongCalls) {
  test(`api ${args.join(' ')} is a usage error`, async (t) => {
    const stack = await ScriptedStack.start(t, {});
    const { code, stderr } = await stack.bss(['api', ...args]);
    t.is(code, 2);
    t.regex(stderr, message);
    t.deepEqual(stack.seen, []);
  });
}

test('api: every row of the operation table has a client', async (t) => {
  const { createClients } = await import('#generated/clients');
  const clients = createClients({ baseUrl: () => 'http://127.0.0.1:1', token: 'x'.repeat(32) });
  t.deepEqual(Object.values<Operation>(operations).filter(({ api }) => !(api in clients)).map(({ key }) => key), []);
});

import test from 'ava';
import { crm } from '#handlers/crm/index';
import { NotFound } from '#runtime/errors';
import { isEid, isIccid } from '#runtime/numbering';
import { Counter, types, type Got } from '../catalog/counter.ts';

/** DOMAIN §4 "MSISDN", "eSIM profile"; §5 F1 steps 7, 9, 11 and compensation, F7; §8 I15, I16, I27. */
let desk: Counter;

/** Numbers are assigned here to lines that no subscription service has made. */
const withoutLines = ['I25'];

test.before(async () => {
  desk = await Counter.open('crm', crm, { at: '2026-05-05T01:00:00Z' });
});
test.after.always(async (t) => {
  t.deepEqual(await desk.close(), withoutLines);
});
test.beforeEach(async () => {
  desk.neighbours['/subscription'] = () => [];
  await desk.events();
});

const reserve = (orderId: string, more: object = {}): Promise<Got> => desk.call('inventory.createReservation', { body: { orderId, customerId: 'CUST-001', ...more } });
const assign = (orderId: string, subscriptionId: string): Promise<Got> =>
  desk.call('inventory.assignReservation', { params: { orderId }, body: { subscriptionId, customerId: 'CUST-001' } });
const release = (orderId: string, hlrProvisioned: boolean): Promise<Got> =>
  desk.call('inventory.releaseReservation', { params: { orderId }, body: { hlrProvisioned, reason: 'order failed' } });
const number = async (msisdn: string): Promise<Got['body']> => (await desk.call('inventory.retrieveMsisdn', { params: { msisdn } })).body;
const profile = async (iccid: string): Promise<Got['body']> => (await desk.call('inventory.retrieveEsim', { params: { iccid } })).body;

test.serial('an order gets the lowest number and the lowest profile as one unit', async (t) => {
  const { status, body } = await reserve('ORD-001');
  t.is(status, 201);
  t.like(body, { orderId: 'ORD-001', state: 'reserved', msisdn: '90000000', msisdnStatus: 'reserved', esimStatus: 'reserved', subscriptionId: null });
  t.true(isIccid(body.iccid));
  t.regex(body.activationCode, /^LPA:1\$smdp\.bss-cli\.local\$[0-9A-F]{4}(-[0-9A-F]{4}){3}$/);
  const told = await desk.events();
  t.deepEqual(types(told), ['msisdn.reserved', 'esim.reserved']);
  t.like(told[0], { id: '90000000', payload: { msisdn: '90000000', orderId: 'ORD-001', customerId: 'CUST-001', from: 'available', to: 'reserved' } });
  t.like(told[1], { id: body.iccid, payload: { iccid: body.iccid, orderId: 'ORD-001' } });

  t.deepEqual((await reserve('ORD-001')).body, body, 'a repeated call gets the first answer');
  t.deepEqual(await desk.events(), []);
});

test.serial('a customer who closes while an order is placed either keeps the order or loses it, never both', async (t) => {
  const create = async (name: string): Promise<string> => (await desk.call('TMF629.createCustomer', { body: {
    name, engagedParty: { id: 'P-1', '@referredType': 'Individual' }, contactMedium: [{ mediumType: 'email', characteristic: { emailAddress: `${name}@example.sg` } }],
  } })).body.id;
  await create('ada'); // CUST-001, for whom the other orders are
  const customerId = await create('eva');
  const close = { id: customerId, body: { trigger: 'close' } };
  desk.neighbours['/productOrder'] = () => []; // asked before the order was there
  await reserve('ORD-290', { customerId });
  const refused = await desk.refusal('crm.transitionCustomer', close);
  t.is(refused.rule, 'customer.close.order_open');
  t.deepEqual(refused.context['orderIds'], ['ORD-290']);
  await release('ORD-290', false);
  t.is((await desk.call('crm.transitionCustomer', close)).body.status, 'closed');
  t.is((await desk.refusal('inventory.createReservation', { body: { orderId: 'ORD-291', customerId } })).rule, 'customer.update.customer_closed');
});

test.serial('64 orders at a time get 64 numbers and 64 profiles', async (t) => {
  const units = await Promise.all(Array.from({ length: 64 }, (_, i) => reserve(`ORD-${100 + i}`)));
  t.is(new Set(units.map(({ body }) => body.msisdn)).size, 64);
  t.is(new Set(units.map(({ body }) => body.iccid)).size, 64);
  t.is((await desk.events()).length, 128);
  const held = await desk.sql<{ n: string }>(`SELECT count(*) AS n FROM inventory.msisdn m JOIN inventory.esim e ON e.reserved_by = m.reserved_by WHERE m.reserved_by LIKE 'ORD-1__'`);
  t.is(Number(held[0]!.n), 64);
});

test.serial('calls for one order at a time get one unit', async (t) => {
  const units = await Promise.all(Array.from({ length: 8 }, () => reserve('ORD-200')));
  t.is(new Set(units.map(({ body }) => `${body.msisdn} ${body.iccid}`)).size, 1);
  t.deepEqual(types(await desk.events()), ['msisdn.reserved', 'esim.reserved']);
});

test.serial('a preferred number is given in any spelling, once', async (t) => {
  t.is((await reserve('ORD-201', { msisdnPreference: '+65 9000 0500' })).body.msisdn, '90000500');
  await desk.events();
  const taken = await desk.refusal('inventory.createReservation', { body: { orderId: 'ORD-202', customerId: 'CUST-001', msisdnPreference: '6590000500' } });
  t.is(taken.rule, 'msisdn.reserve.not_available');
  t.like(taken.context, { orderId: 'ORD-202', msisdn: '90000500' });
  t.like(taken.fix[0]!, { tool: 'inventory.msisdn.list_available' });
  const odd = await desk.refusal('inventory.createReservation', { body: { orderId: 'ORD-202', customerId: 'CUST-001', msisdnPreference: '12' } });
  t.is(odd.rule, 'msisdn.reserve.format_invalid');
  t.deepEqual(await desk.events(), [], 'no profile is held for a number that is gone');
});

test.serial('a unit is assigned to its line, once', async (t) => {
  const { body: held } = await reserve('ORD-210');
  await desk.events();
  const { body } = await assign('ORD-210', 'SUB-010');
  t.like(body, { state: 'assigned', msisdn: held.msisdn, msisdnStatus: 'assigned', esimStatus: 'reserved', subscriptionId: 'SUB-010' });
  const told = await desk.events();
  t.deepEqual(types(told), ['msisdn.assigned']);
  t.like(told[0]!.payload, { msisdn: held.msisdn, orderId: 'ORD-210', subscriptionId: 'SUB-010', customerId: 'CUST-001' });
  t.like(await number(held.msisdn), { status: 'assigned', reservedBy: null, subscriptionId: 'SUB-010', customerId: 'CUST-001', assignedAt: '2026-05-05T01:00:00.000Z' });
  t.like(await profile(held.iccid), { status: 'reserved', reservedBy: null, subscriptionId: 'SUB-010', msisdn: held.msisdn });
  t.deepEqual((await assign('ORD-210', 'SUB-010')).body, body);
  t.deepEqual(await desk.events(), []);
  t.is((await desk.refusal('inventory.assignReservation', { params: { orderId: 'ORD-210' }, body: { subscriptionId: 'SUB-011', customerId: 'CUST-001' } })).rule, 'msisdn.transition.invalid');
  t.is((await desk.refusal('inventory.releaseReservation', { params: { orderId: 'ORD-210' }, body: { hlrProvisioned: true } })).rule, 'msisdn.transition.invalid');
  t.true(await desk.failure('inventory.assignReservation', { params: { orderId: 'ORD-999' }, body: { subscriptionId: 'SUB-011', customerId: 'CUST-001' } }) instanceof NotFound);
});

test.serial('a unit the network never knew goes back to the pool under another matching id', async (t) => {
  const { body: held } = await reserve('ORD-220');
  await desk.events();
  const { body } = await release('ORD-220', false);
  t.like(body, { state: 'released', msisdnStatus: 'available', esimStatus: 'available', activationCode: null });
  const told = await desk.events();
  t.deepEqual(types(told), ['msisdn.released', 'esim.released']);
  t.like(told[0]!.payload, { orderId: 'ORD-220', from: 'reserved', to: 'available', reason: 'order failed' });
  t.deepEqual((await release('ORD-220', false)).body, body);
  t.deepEqual(await desk.events(), []);
  const { body: next } = await reserve('ORD-221');
  t.is(next.iccid, held.iccid);
  t.not(next.activationCode, held.activationCode);
});

test.serial('a number the network knew rests, and is offered again after 90 days', async (t) => {
  const { body: held } = await reserve('ORD-230');
  await desk.call('inventory.notifyEsim', { params: { iccid: held.iccid }, body: { event: 'download' } });
  await desk.events();
  const { body } = await release('ORD-230', true);
  t.like(body, { msisdnStatus: 'quarantined', esimStatus: 'deleted' }, 'a downloaded profile is never used again');
  const told = await desk.events();
  t.deepEqual(types(told), ['msisdn.quarantined', 'esim.deleted']);
  t.is(told[0]!.payload['quarantineUntil'], '2026-08-03T01:00:00.000Z');
  await t.throwsAsync(desk.sql(`UPDATE inventory.esim SET status = 'available' WHERE iccid = $1`, [held.iccid]), { message: /deleted for good/ });

  desk.clock.advance(90 * 86_400_000 - 1);
  await desk.sweep('quarantine');
  t.is((await number(held.msisdn)).status, 'quarantined');
  desk.clock.advance(1);
  await desk.sweep('quarantine');
  t.deepEqual((await desk.events()).map(({ type, id }) => [type, id]), [['msisdn.recycled', held.msisdn]]);
  t.like(await number(held.msisdn), { status: 'available', quarantineUntil: null, customerId: null });
});

test.serial('a completed order lets the handset fetch, install and enable its profile', async (t) => {
  const { body: held } = await reserve('ORD-240');
  await desk.deliver('order.completed', 'ORD-240', { orderId: 'ORD-240' });
  t.is((await profile(held.iccid)).status, 'reserved', 'nobody has assigned it');
  await assign('ORD-240', 'SUB-040');
  await desk.events();
  await desk.deliver('order.completed', 'ORD-240', { orderId: 'ORD-240' });
  await desk.deliver('order.completed', 'ORD-240', { orderId: 'ORD-240' });
  const told = await desk.events();
  t.deepEqual(types(told), ['esim.downloaded', 'esim.installed', 'esim.enabled']);
  t.true(told.every(({ id, payload }) => id === held.iccid && payload['subscriptionId'] === 'SUB-040'));
  t.true(isEid(String(told[1]!.payload['eid'])));
  await desk.deliver('order.completed', 'ORD-777', { orderId: 'ORD-777' });
  t.deepEqual(await desk.events(), [], 'an order that made no line has no handset');
});

test.serial('a line taken out of the network gives up its number and its profile', async (t) => {
  const { body: held } = await reserve('ORD-250');
  await assign('ORD-250', 'SUB-050');
  await desk.events();
  const gone = { serviceOrderId: 'SO-050', action: 'delete', subscriptionId: 'SUB-050', msisdn: held.msisdn, iccid: held.iccid, orderId: null };
  await desk.deliver('service_order.completed', 'SO-049', { ...gone, action: 'suspend' });
  await desk.deliver('service_order.completed', 'SO-048', { ...gone, subscriptionId: 'SUB-001', iccid: null });
  t.deepEqual(await desk.events(), [], 'other orders and other lines leave it alone');
  await desk.deliver('service_order.completed', 'SO-050', gone);
  await desk.deliver('service_order.completed', 'SO-050', gone);
  const told = await desk.events();
  t.deepEqual(types(told), ['msisdn.quarantined', 'esim.deleted']);
  t.like(told[0]!.payload, { msisdn: held.msisdn, subscriptionId: 'SUB-050', from: 'assigned', to: 'quarantined' });
  t.like(await number(held.msisdn), { status: 'quarantined', subscriptionId: null });
});

test.serial('devices report one step after another', async (t) => {
  const { body: held } = await reserve('ORD-260');
  const tell = (event: string, eid?: string) => ({ params: { iccid: held.iccid }, body: { event, ...(eid ? { eid } : {}) } });
  t.is((await desk.refusal('inventory.notifyEsim', tell('enable'))).rule, 'esim.transition.invalid');
  await desk.call('inventory.notifyEsim', tell('download'));
  t.is((await desk.refusal('inventory.notifyEsim', tell('install', '89049032000000000000000000000000'))).rule, 'esim.notification.eid_invalid');
  t.is((await desk.call('inventory.retrieveEsimActivation', { params: { iccid: held.iccid } })).body.activationCode, held.activationCode);
  const free = (await desk.call('inventory.listEsim', { query: { status: 'available', limit: 1 } })).body[0];
  t.is((await desk.refusal('inventory.retrieveEsimActivation', { params: { iccid: free.iccid } })).rule, 'esim.activation.not_issued');
  t.is((await desk.refusal('inventory.retrieveEsimActivation', { params: { iccid: held.iccid }, as: { role: 'customer', onBehalfOf: 'CUST-002' } })).rule, 'auth.customer.not_owner');
});

test.serial('numbers are listed, counted and added within the plan', async (t) => {
  const page = await desk.call('inventory.listMsisdn', { query: { status: 'available', prefix: '900009', limit: 10 } });
  t.is(page.status, 206);
  t.like(page.headers, { 'X-Total-Count': '100', 'X-Result-Count': '10' });
  const before = (await desk.call('inventory.countMsisdn', {})).body;
  t.is(before.total, 1000);
  t.is((await desk.refusal('inventory.createMsisdnRange', { body: { prefix: '7', count: 5 } })).rule, 'msisdn.range.outside_plan');
  t.is((await desk.refusal('inventory.createMsisdnRange', { body: { prefix: '9000001', count: 11 } })).rule, 'msisdn.range.outside_plan');
  const { body: range } = await desk.call('inventory.createMsisdnRange', { body: { prefix: '90001', count: 50 } });
  t.like(range, { first: '90001000', last: '90001049', added: 50, requested: 50 });
  t.deepEqual(types(await desk.events()), ['msisdn.range_added']);
  t.is((await desk.call('inventory.countMsisdn', { query: { prefix: '90001' } })).body.available, 50);
  t.is((await desk.call('inventory.createMsisdnRange', { body: { prefix: '90001', count: 50 } })).body.added, 0);
  t.deepEqual(await desk.events(), [], 'numbers that are there are no news');
});

test.serial('profiles are added where the last range ended', async (t) => {
  const { body } = await desk.call('inventory.createEsimRange', { body: { count: 3 } });
  t.like(body, { requested: 3, added: 3 });
  t.true(isIccid(body.first) && isIccid(body.last) && body.first < body.last);
  t.like(await profile(body.last), { status: 'available', imsi: '001010000001003' });
  t.deepEqual(types(await desk.events()), ['esim.range_added']);
});

test.serial('a number with a live line is not taken out of use', async (t) => {
  const { body: held } = await reserve('ORD-270');
  await assign('ORD-270', 'SUB-070');
  desk.neighbours['/subscription'] = () => [{ id: 'SUB-070', state: 'active' }];
  await desk.events();
  const refused = await desk.refusal('inventory.quarantineMsisdn', { params: { msisdn: held.msisdn }, body: { reason: 'recovered' } });
  t.is(refused.rule, 'msisdn.quarantine.line_live');
  t.deepEqual(refused.context['subscriptionIds'], ['SUB-070']);
  desk.neighbours['/subscription'] = () => [{ id: 'SUB-070', state: 'terminated' }];
  t.is((await desk.call('inventory.quarantineMsisdn', { params: { msisdn: held.msisdn }, body: { reason: 'recovered' } })).body.status, 'quarantined');
  t.deepEqual(types(await desk.events()), ['msisdn.quarantined']);
});

test('a customer is found by a number it holds', async (t) => {
  const shop = await Counter.open('crm', crm);
  const { body: customer } = await shop.call('TMF629.createCustomer', { body: { name: 'Ada', engagedParty: { id: 'P-1', '@referredType': 'Individual' }, contactMedium: [{ mediumType: 'email', characteristic: { emailAddress: 'ada@example.sg' } }] } });
  const { body: unit } = await shop.call('inventory.createReservation', { body: { orderId: 'ORD-001', customerId: customer.id } });
  t.true(await shop.failure('crm.lookupCustomer', { query: { msisdn: unit.msisdn } }) instanceof NotFound, 'a number on order is nobody\'s yet');
  await shop.call('inventory.assignReservation', { params: { orderId: 'ORD-001' }, body: { subscriptionId: 'SUB-001', customerId: customer.id } });
  t.like((await shop.call('crm.lookupCustomer', { query: { msisdn: `+65${unit.msisdn}` } })).body, { customerId: customer.id, name: 'Ada', subscriptionId: 'SUB-001', matchedBy: 'msisdn' });
  t.deepEqual(await shop.close(), withoutLines);
});

test('a pool that runs low is told of once, and an empty one refuses', async (t) => {
  const shop = await Counter.open('crm', crm, { env: { BSS_MSISDN_LOW_WATER: '3', BSS_ESIM_LOW_WATER: '2' } });
  await shop.sql(`DELETE FROM inventory.msisdn WHERE msisdn >= '90000004'`);
  await shop.sql('DELETE FROM inventory.esim WHERE serial > 6');
  const take = async (orderId: string): Promise<string[]> => {
    await shop.call('inventory.createReservation', { body: { orderId, customerId: 'CUST-001' } });
    return types(await shop.events()).filter((type) => type.endsWith('pool_low'));
  };
  t.deepEqual(await take('ORD-001'), [], 'three are left, which is not below three');
  t.deepEqual(await take('ORD-002'), ['msisdn.pool_low']);
  const { body: back } = await shop.call('inventory.releaseReservation', { params: { orderId: 'ORD-002' }, body: { hlrProvisioned: false } });
  t.is(back.msisdnStatus, 'available');
  await shop.events();
  t.deepEqual(await take('ORD-003'), ['msisdn.pool_low'], 'the pool was full enough in between');
  t.deepEqual(await take('ORD-004'), []);
  t.deepEqual(await take('ORD-014'), []);
  const empty = await shop.refusal('inventory.createReservation', { body: { orderId: 'ORD-005', customerId: 'CUST-001' } });
  t.is(empty.rule, 'msisdn.reserve.pool_empty');
  t.like(empty.fix[0]!, { tool: 'inventory.msisdn.add_range' });
  t.like(await shop.sql('SELECT count(*)::int AS n FROM inventory.esim WHERE status = \'available\''), [{ n: 2 }], 'a profile is not held without a number');

  await shop.call('inventory.createMsisdnRange', { body: { prefix: '91', count: 5 } });
  await shop.events();
  t.deepEqual(await take('ORD-005'), ['esim.pool_low']);
  await shop.call('inventory.createEsimRange', { body: { count: 5 } });
  t.deepEqual(await take('ORD-006'), []);
  t.deepEqual(await take('ORD-007'), ['msisdn.pool_low'], 'the alarm was armed again by the new range');
  t.deepEqual(await shop.close(), []);
});

import test from 'ava';
import { Network } from '../mediation/network.ts';
import { gb, mb, tariff } from '../subscription/shop.ts';

/** DOMAIN §5 F5.3, §6 rating. */
let network: Network;

test.before(async () => {
  network = await Network.open();
});
test.after.always(() => network?.close());
test.afterEach.always(() => network.away.clear());

const asked = (offeringId: string): number => network.calls.filter((call) => call.includes(`/offering/${offeringId}/tariff`)).length;

test.serial('the catalog is asked once for a stream of use', async (t) => {
  const line = await network.shop.activeLine();
  const msisdn = await network.msisdnOf(line);
  for (let i = 0; i < 20; i += 1) await network.post(network.record(msisdn));
  await network.settle();
  t.is(await network.shop.left(line), 5 * gb - 20 * mb);
  const first = asked('PLAN_S');
  t.true(first >= 1 && first <= 16, 'those that arrived before the first answer asked for themselves');
  await network.report(network.record(msisdn));
  t.is(asked('PLAN_S'), first);
});

test.serial('while the catalog is away a use waits for its tariff and goes on by itself', async (t) => {
  const line = await network.shop.activeLine('PLAN_M', 25);
  network.away.add('catalog');
  const { id } = await network.post(network.record(await network.msisdnOf(line)));
  while ((await network.usage(id)).status !== 'guided') await new Promise((resolve) => setTimeout(resolve, 5));
  await network.carry();
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.is((await network.usage(id)).status, 'guided');
  network.away.clear();
  await network.settle();
  t.is((await network.usage(id)).status, 'billed');
  t.deepEqual(await network.shop.events(id), ['usage.received', 'usage.guided', 'usage.rated', 'usage.billed']);
});

test.serial('a plan the catalog has no tariff of is rejected, and rated in a later round', async (t) => {
  const { script } = network.shop;
  const path = 'GET /bss-api/catalog/v1/offering/PLAN_GONE/tariff';
  script[path] = () => ({ status: 200, body: tariff('PLAN_GONE', 'PLAN', 10, { data: gb }) });
  const line = await network.shop.activeLine('PLAN_GONE');
  delete script[path];
  const usage = await network.report(network.record(await network.msisdnOf(line)));
  t.is((usage['policyViolation'] as { reason: string }).reason, 'usage.rate.no_tariff');
  t.deepEqual(await network.shop.events(usage.id), ['usage.received', 'usage.guided', 'usage.rejected']);
  const error = await network.refusal(network.call('rating.createRateTest', { body: { offeringId: 'PLAN_GONE', eventType: 'data', quantity: 1 } }));
  t.is(error.rule, 'reference.id.unknown');
});

test.serial('a line whose plan has no price any more draws from what it holds, and from nothing else', async (t) => {
  const { script } = network.shop;
  const path = 'GET /bss-api/catalog/v1/offering/PLAN_OLD/tariff';
  script[path] = () => ({ status: 200, body: tariff('PLAN_OLD', 'PLAN', 10, { data: gb }) });
  const line = await network.shop.activeLine('PLAN_OLD');
  script[path] = () => ({ status: 422, body: { code: 'POLICY_VIOLATION', reason: 'catalog.price.none_in_force', '@type': 'PolicyViolation' } });
  const msisdn = await network.msisdnOf(line);
  t.is((await network.report(network.record(msisdn))).status, 'billed');
  t.is(await network.shop.left(line), gb - mb);
  const voice = await network.report(network.record(msisdn, { eventType: 'voice', quantity: 1, unit: 'min' }, { usageSpecification: { id: 'USPEC_VOICE' } }));
  t.is((voice['policyViolation'] as { reason: string }).reason, 'usage.rate.no_allowance');
});

test.serial('a trial says what a use would draw, and keeps nothing', async (t) => {
  const rate = async (body: object) => (await network.call<Record<string, unknown>>('rating.createRateTest', { body })).body!;
  t.like(await rate({ offeringId: 'PLAN_S', eventType: 'data', quantity: 1.5, unit: 'gb' }),
    { '@type': 'RateTest', id: 'PLAN_S', allowance: 'data', unit: 'byte', quantity: 1.5 * gb, blocking: true, unlimited: false, roaming: false });
  t.like(await rate({ offeringId: 'PLAN_M', eventType: 'voice', quantity: 90, roaming: true }), { allowance: 'voice', unit: 'second', quantity: 90, blocking: false, unlimited: true });
  t.like(await rate({ offeringId: 'PLAN_M', eventType: 'data', quantity: 1, unit: 'mb', roaming: true }), { allowance: 'data_roaming', quantity: mb });
  const refused = async (body: object): Promise<string> => (await network.refusal(network.call('rating.createRateTest', { body }))).rule;
  t.is(await refused({ offeringId: 'PLAN_S', eventType: 'data', quantity: 1, roaming: true }), 'usage.rate.no_allowance');
  t.is(await refused({ offeringId: 'PLAN_S', eventType: 'data', quantity: 0 }), 'usage.record.quantity_invalid');
  t.is(await refused({ offeringId: 'PLAN_S', eventType: 'data', quantity: 1, unit: 'min' }), 'usage.record.unit_mismatch');
  t.deepEqual(await network.shop.query("SELECT usage_id FROM rating.rated_usage WHERE offering_id = 'PLAN_S' AND state = 'pending'"), []);
});

test.serial('results are listed newest first, by line, number and allowance; a customer sees its own', async (t) => {
  const line = await network.shop.activeLine('PLAN_M', 25);
  const msisdn = await network.msisdnOf(line);
  const data = await network.report(network.record(msisdn));
  network.shop.clock.advance(1000);
  const call = await network.report(network.record(msisdn, { eventType: 'voice', quantity: 2, unit: 'min' }, { usageSpecification: { id: 'USPEC_VOICE' } }));
  const ids = async (query: object, as = {}): Promise<string[]> => (await network.call<{ id: string }[]>('rating.listRatedUsage', { query }, as)).body!.map(({ id }) => id);
  t.deepEqual(await ids({ subscriptionId: line }), [call.id, data.id]);
  t.deepEqual(await ids({ msisdn: `+65 ${msisdn}`, allowance: 'voice' }), [call.id]);
  t.deepEqual(await ids({ msisdn: 'x' }), []);
  t.deepEqual(await ids({ usageId: data.id }, { role: 'customer', onBehalfOf: 'CUST-002' }), []);
  t.deepEqual(await ids({ usageId: data.id, customerId: 'CUST-001' }, { role: 'customer', onBehalfOf: 'CUST-001' }), [data.id]);
  const { body, status, headers } = await network.call<Record<string, unknown>[]>('rating.listRatedUsage', { query: { subscriptionId: line, limit: 1, fields: 'quantity' } });
  t.is(status, 206);
  t.is(headers?.['X-Total-Count'], '2');
  t.deepEqual(Object.keys(body![0]!).toSorted(), ['href', 'id', 'quantity']);
  t.is(body![0]!['quantity'], 120);
});

test.serial('a use that is delivered twice is rated once', async (t) => {
  const line = await network.shop.activeLine();
  const usage = await network.report(network.record(await network.msisdnOf(line)));
  const guided = (await network.shop.eventRows(usage.id)).find(({ eventType }) => eventType === 'usage.guided')!;
  await network.give({
    eventId: '00000000-0000-7000-8000-000000000099', eventType: 'usage.guided', aggregateType: 'usage', aggregateId: usage.id, aggregateSeq: 2,
    occurredAt: guided.occurredAt, actor: 'x', channel: 'system', serviceIdentity: 'mediation', traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), payload: guided.payload,
  });
  await network.settle();
  t.is((await network.shop.events(usage.id)).filter((type) => type === 'usage.rated').length, 1);
});

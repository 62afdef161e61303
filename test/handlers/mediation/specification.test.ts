import test from 'ava';
import { Network } from './network.ts';

/** TMF635 usageSpecification; DOMAIN §3. */
let network: Network;

test.before(async () => {
  network = await Network.open();
});
test.after.always(() => network?.close());

interface Specification {
  readonly id: string;
  readonly name: string;
  readonly [attribute: string]: unknown;
}

test.serial('data, voice and messages are known from the start', async (t) => {
  const { body } = await network.call<Specification[]>('TMF635.listUsageSpecification', { query: { sort: '+id' } });
  t.deepEqual(body!.map(({ id }) => id), ['USPEC_DATA', 'USPEC_SMS', 'USPEC_VOICE']);
  for (const row of body!) t.truthy(row['href'] && row.name && row['lastUpdate'] && row['@type'] === 'UsageSpecification');
});

test.serial('a specification is made, changed and retired; usages hold it', async (t) => {
  const specCharacteristic = [{ name: 'eventType', characteristicValueSpecification: [{ value: 'sms' }] }];
  const { body: made, status } = await network.call<Specification>('TMF635.createUsageSpecification', { body: { id: 'USPEC_MMS', name: 'Pictures', specCharacteristic } });
  t.is(status, 201);
  t.is(made!.id, 'USPEC_MMS');
  const taken = await network.refusal(network.call('TMF635.createUsageSpecification', { body: { id: 'USPEC_MMS', name: 'Again' } }));
  t.is(taken.rule, 'catalog.create.id_taken');
  const { body: changed } = await network.call<Specification>('TMF635.patchUsageSpecification', { params: { id: 'USPEC_MMS' }, body: { name: 'Picture messages' } });
  t.is(changed!.name, 'Picture messages');
  const line = await network.shop.activeLine();
  const record = network.record(await network.msisdnOf(line), { eventType: undefined, quantity: 2, unit: 'message' }, { usageSpecification: { id: 'USPEC_MMS' }, usageType: undefined });
  const usage = await network.report(record);
  t.like(usage, { status: 'billed', allowance: 'sms', consumed: 2 }, 'the kind of use is what the specification says');
  const held = await network.refusal(network.call('TMF635.deleteUsageSpecification', { params: { id: 'USPEC_MMS' } }));
  t.is(held.rule, 'usage.delete.has_effects');
  t.deepEqual(held.context['references'], [usage.id]);
  t.deepEqual(await network.shop.events('USPEC_MMS'), ['usage_specification.created', 'usage_specification.changed']);
});

test.serial('one that nothing names can be deleted', async (t) => {
  const { body } = await network.call<Specification>('TMF635.createUsageSpecification', { body: { name: 'Fax' } });
  t.regex(body!.id, /^USPEC_\d{3}$/);
  t.is((await network.call('TMF635.deleteUsageSpecification', { params: { id: body!.id } })).status, 204);
  t.deepEqual(await network.shop.events(body!.id), ['usage_specification.created', 'usage_specification.deleted']);
});

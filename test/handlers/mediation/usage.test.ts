import test from 'ava';
import type { DomainEvent } from '#events/consumer';
import { uuidv7 } from '#runtime/ids';
import { gb, mb } from '../subscription/shop.ts';
import { Network, type Usage } from './network.ts';

/** DOMAIN §5 F5, §8 I19, I20; SCENARIOS §3 USE and LATE, H1. */
let network: Network;

test.before(async () => {
  network = await Network.open();
});
test.after.always(() => network?.close());
test.afterEach.always(() => network.away.clear());

const rule = (usage: Usage): unknown => (usage['policyViolation'] as { reason?: unknown } | undefined)?.reason;

/** Types of the events of a record, and of its line from the `from`th on. */
const story = async (usageId: string, line: string, from = 2): Promise<string[]> =>
  [...await network.shop.events(usageId), ...(await network.shop.events(line)).slice(from)];

/** An event of the first round, as another service tells it. */
const news = (eventType: 'usage.rejected' | 'subscription.usage_applied', payload: { usageId: string; [member: string]: unknown }): DomainEvent => ({
  eventId: uuidv7(), eventType, aggregateType: 'x', aggregateId: payload.usageId, aggregateSeq: 1, occurredAt: network.shop.clock.now().toISOString(),
  actor: 'x', channel: 'system', serviceIdentity: 'x', traceId: 'a'.repeat(32), spanId: 'b'.repeat(16),
  payload: { recycleCount: 0, allowance: 'data', ...payload },
});

test.serial('USE: what is reported is guided, rated, drawn from the line and billed', async (t) => {
  const line = await network.shop.activeLine();
  const msisdn = await network.msisdnOf(line);
  const posted = await network.post(network.record(msisdn, { quantity: 1.5, unit: 'GB' }));
  t.like(posted, { status: 'received', '@type': 'Usage', usageSpecification: { id: 'USPEC_DATA' } });
  await network.settle();
  const usage = await network.usage(posted.id);
  t.like(usage, { status: 'billed', msisdn, subscriptionId: line, customerId: 'CUST-001', allowance: 'data', consumed: 1.5 * gb, unratedExcess: 0, recycleCount: 0 });
  t.is((usage['relatedParty'] as { id: string; role: string }[])[0]?.id, 'CUST-001');
  t.like((usage['ratedProductUsage'] as object[]).at(-1), { isBilled: true, productRef: { id: line, '@referredType': 'Product' }, taxIncludedRatingAmount: { unit: 'SGD', value: 0 } });
  t.is(await network.shop.left(line), 3.5 * gb);
  t.deepEqual(await story(posted.id, line), ['usage.received', 'usage.guided', 'usage.rated', 'usage.billed', 'subscription.usage_applied']);
  const rows = await network.shop.eventRows(posted.id);
  for (const { payload } of rows) t.like(payload, { usageId: posted.id, msisdn, quantity: 1.5 * gb, unit: 'byte', roaming: false, reason: null });
  t.deepEqual(rows.map(({ payload }) => [payload['from'], payload['to'], payload['trigger']]),
    [[null, 'received', 'receive'], ['received', 'guided', 'guide'], ['guided', 'rated', 'rate'], ['rated', 'billed', 'bill']]);
  t.like(rows.at(-1)!.payload, { subscriptionId: line, customerId: 'CUST-001', allowance: 'data', consumed: 1.5 * gb, unratedExcess: 0 });
  const history = await network.shop.query<{ s: string }>(`SELECT to_state AS s FROM mediation.usage_history WHERE usage_id = '${posted.id}' ORDER BY id`);
  t.deepEqual(history.map(({ s }) => s), ['received', 'guided', 'rated', 'billed']);
});

test.serial('billed use is found by the line it was drawn from, and what the source said of its rating stays', async (t) => {
  const line = await network.shop.activeLine();
  const theirs = { isBilled: false, usageRatingTag: 'wholesale', taxIncludedRatingAmount: { unit: 'EUR', value: 0.25 } };
  const { id } = await network.report({ ...network.record(await network.msisdnOf(line)), ratedProductUsage: [theirs] });
  const ratings = (await network.usage(id))['ratedProductUsage'] as Record<string, unknown>[];
  t.deepEqual(ratings.map((one) => one['usageRatingTag']), ['wholesale', 'Included']);
  t.like(ratings[0]!, theirs);
  const { body: found } = await network.call<Usage[]>('TMF635.listUsage', { query: { 'ratedProductUsage.productRef.id': line } });
  t.deepEqual(found?.map((one) => one.id), [id]);
});

test.serial('LATE: what a blocked line uses is turned away with its rule; nothing is drawn', async (t) => {
  const line = await network.shop.activeLine();
  const msisdn = await network.msisdnOf(line);
  await network.report(network.record(msisdn, { quantity: 5, unit: 'GB' }));
  const late = await network.report(network.record(msisdn));
  t.is(late.status, 'rejected');
  t.is(rule(late), 'usage.apply.line_not_active');
  t.like(late, { consumed: 0, unratedExcess: mb, allowance: 'data', subscriptionId: line });
  t.deepEqual(await network.shop.events(late.id), ['usage.received', 'usage.guided', 'usage.rated', 'usage.rejected']);
  t.deepEqual((await network.shop.events(line)).slice(2), ['subscription.usage_applied', 'subscription.exhausted', 'subscription.blocked']);
});

test.serial('excess is told with the bill, and roaming data draws its own allowance', async (t) => {
  const line = await network.shop.activeLine('PLAN_M', 25);
  const usage = await network.report(network.record(await network.msisdnOf(line), { quantity: 600, roaming: true }));
  t.like(usage, { status: 'billed', allowance: 'data_roaming', consumed: 500 * mb, unratedExcess: 100 * mb });
  t.deepEqual((await network.shop.events(line)).slice(2), ['subscription.usage_applied', 'subscription.usage_excess']);
});

test.serial('the same record counts once; other content under its reference is a conflict', async (t) => {
  const line = await network.shop.activeLine();
  const record = network.record(await network.msisdnOf(line));
  const first = await network.call<Usage>('TMF635.createUsage', { body: record });
  t.is(first.status, 201);
  t.is(first.headers?.['Location'], first.body!['href'] as string);
  const turned = { ...record, usageCharacteristic: record['usageCharacteristic'] };
  const again = await network.call<Usage>('TMF635.createUsage', { body: Object.fromEntries(Object.entries(turned).toReversed()) });
  t.is(again.status, 200);
  t.is(again.body!.id, first.body!.id);
  const error = await network.refusal(network.post({ ...record, description: 'another' }));
  t.is(error.rule, 'usage.record.duplicate_conflict');
  t.is(error.status, 409);
  t.is(error.context['usageId'], first.body!.id);
  await network.settle();
  t.is(await network.shop.left(line), 5 * gb - mb);
  t.deepEqual((await network.shop.events(first.body!.id)).filter((type) => type === 'usage.received').length, 1);
});

test.serial('the same record from eight sides at once counts once', async (t) => {
  const line = await network.shop.activeLine();
  const record = network.record(await network.msisdnOf(line));
  const answers = await Promise.all(Array.from({ length: 8 }, () => network.call<Usage>('TMF635.createUsage', { body: record })));
  t.is(new Set(answers.map(({ body }) => body!.id)).size, 1);
  t.is(answers.filter(({ status }) => status === 201).length, 1);
  await network.settle();
  t.is(await network.shop.left(line), 5 * gb - mb);
});

test.serial('records without a reference are not told apart: each counts', async (t) => {
  const line = await network.shop.activeLine();
  const record = network.record(await network.msisdnOf(line), { rawCdrRef: undefined });
  const ids = [await network.report(record), await network.report(record)].map(({ id }) => id);
  t.is(new Set(ids).size, 2);
  t.is(await network.shop.left(line), 5 * gb - 2 * mb);
});

const bad: readonly (readonly [string, string, Record<string, unknown>, Record<string, unknown>])[] = [
  ['an unknown specification', 'usage.record.specification_unknown', {}, { usageSpecification: { id: 'USPEC_FAX' } }],
  ['a specification of endless name', 'usage.record.specification_unknown', {}, { usageSpecification: { id: Array.from({ length: 3000 }, (_, i) => (i * 7919).toString(36)).join('') } }],
  ['no specification', 'usage.record.specification_unknown', {}, { usageSpecification: undefined }],
  ['no number', 'usage.record.characteristic_missing', { msisdn: undefined }, {}],
  ['a number of no plan', 'usage.record.characteristic_missing', { msisdn: '12' }, {}],
  ['no quantity', 'usage.record.characteristic_missing', { quantity: undefined }, {}],
  ['no unit', 'usage.record.characteristic_missing', { unit: undefined }, {}],
  ['nothing used', 'usage.record.quantity_invalid', { quantity: 0 }, {}],
  ['calls in bytes', 'usage.record.unit_mismatch', { eventType: 'voice' }, { usageSpecification: { id: 'USPEC_VOICE' } }],
  ['use of tomorrow', 'usage.record.in_future', {}, { usageDate: '2026-05-06T01:00:00Z' }],
  ['use of last week', 'usage.record.too_late', {}, { usageDate: '2026-04-28T01:00:00Z' }],
];

for (const [what, code, characteristics, attributes] of bad) {
  test.serial(`${what} is recorded and rejected at once: ${code}`, async (t) => {
    const usage = await network.post(network.record('90000001', characteristics, attributes));
    t.is(usage.status, 'rejected');
    t.is(rule(usage), code);
    t.true(((usage['policyViolation'] as { fix: unknown[] }).fix).length > 0);
    t.truthy((usage['usageSpecification'] as { id?: string }).id);
    t.deepEqual(await network.shop.events(usage.id), ['usage.received', 'usage.rejected']);
    t.like((await network.shop.eventRows(usage.id)).at(-1)!.payload, { rule: code, reason: code, from: 'received', to: 'rejected', trigger: 'reject' });
    await network.settle();
    t.is((await network.usage(usage.id)).status, 'rejected');
  });
}

test.serial('a number that nobody held then is no_line, before its line began and after it ended', async (t) => {
  const line = await network.shop.activeLine();
  const msisdn = await network.msisdnOf(line);
  const early = await network.report(network.record(msisdn, {}, { usageDate: '2026-05-05T00:59:59Z' }));
  t.is(rule(early), 'usage.guide.no_line');
  t.deepEqual(await network.shop.events(early.id), ['usage.received', 'usage.rejected']);
  network.shop.clock.advance(60_000);
  await network.shop.call('subscription.terminateSubscription', { params: { id: line }, body: {} });
  const before = await network.report(network.record(msisdn, {}, { usageDate: new Date(network.shop.clock.now().getTime() - 1000).toISOString() }));
  t.is(rule(before), 'usage.apply.line_not_active', 'the line held the number, and is charged no more');
  network.shop.clock.advance(1000);
  t.is(rule(await network.report(network.record(msisdn))), 'usage.guide.no_line');
});

test.serial('a plan without the allowance, and no plan at all, are not rated', async (t) => {
  const line = await network.shop.activeLine();
  const msisdn = await network.msisdnOf(line);
  const abroad = await network.report(network.record(msisdn, { roaming: true }));
  t.is(rule(abroad), 'usage.rate.no_allowance');
  t.like(abroad, { status: 'rejected', subscriptionId: line });
  t.deepEqual(await network.shop.events(abroad.id), ['usage.received', 'usage.guided', 'usage.rejected']);
  t.like((await network.shop.eventRows(abroad.id)).at(-1)!.payload, { rule: 'usage.rate.no_allowance', allowance: 'data_roaming', from: 'guided' });
  await network.shop.call('subscription.createVasPurchase', { params: { id: line }, body: { offeringId: 'VAS_ROAMING_1GB' } });
  t.is((await network.report(network.record(msisdn, { roaming: true }))).status, 'billed', 'a top-up grants it');
});

test.serial('a rejected record gets another round: the top-up that came meanwhile pays for it', async (t) => {
  const line = await network.shop.activeLine();
  const msisdn = await network.msisdnOf(line);
  await network.report(network.record(msisdn, { quantity: 5, unit: 'GB' }));
  const late = await network.report(network.record(msisdn));
  await network.shop.call('subscription.createVasPurchase', { params: { id: line }, body: { offeringId: 'VAS_DATA_1GB' } });
  const { body } = await network.call<Usage>('usage.recycleUsage', { params: { id: late.id }, body: { note: 'topped up' } });
  t.like(body, { id: late.id, '@type': 'UsageRecord', status: 'recycled', recycleCount: 1, rejectedBy: null, quantity: mb, unit: 'byte', source: 'ggsn' });
  await network.settle();
  t.like(await network.usage(late.id), { status: 'billed', consumed: mb, unratedExcess: 0, recycleCount: 1 });
  t.is(await network.shop.left(line), gb - mb);
  t.deepEqual((await network.shop.events(late.id)).slice(4), ['usage.recycled', 'usage.guided', 'usage.rated', 'usage.billed']);
  const error = await network.refusal(network.call('usage.recycleUsage', { params: { id: late.id } }));
  t.is(error.rule, 'usage.recycle.not_rejected');
  t.like(error.context, { usageId: late.id, state: 'billed' });
});

test.serial('a record may be corrected before a line was found, recycled then, and no more once it has effects', async (t) => {
  const line = await network.shop.activeLine();
  const record = network.record(await network.msisdnOf(line), { unit: undefined });
  const wrong = await network.post(record);
  const usageCharacteristic = [...record['usageCharacteristic'] as object[], { name: 'unit', value: 'MB' }];
  const { body: right } = await network.call<Usage>('TMF635.patchUsage', { params: { id: wrong.id }, body: { usageCharacteristic } });
  t.is(right!.status, 'rejected');
  t.is((await network.shop.events(wrong.id)).at(-1), 'usage.changed');
  await network.call('usage.recycleUsage', { params: { id: wrong.id } });
  await network.settle();
  t.like(await network.usage(wrong.id), { status: 'billed', consumed: mb });
  for (const body of [{ usageCharacteristic: [] }, { status: 'received' }, { usageDate: '2026-05-05T00:00:00Z' }]) {
    t.is((await network.refusal(network.call('TMF635.patchUsage', { params: { id: wrong.id }, body }))).rule, 'usage.patch.field_locked');
  }
  t.is((await network.call<Usage>('TMF635.patchUsage', { params: { id: wrong.id }, body: { description: 'seen' } })).body!['description'], 'seen');
});

test.serial('only a record without effect can be deleted; then its reference is free again', async (t) => {
  const line = await network.shop.activeLine();
  const kept = await network.report(network.record(await network.msisdnOf(line)));
  const error = await network.refusal(network.call('TMF635.deleteUsage', { params: { id: kept.id } }));
  t.is(error.rule, 'usage.delete.has_effects');
  t.deepEqual(error.context['references'], [line]);
  const record = network.record('90000001', { unit: undefined });
  const { id } = await network.post(record);
  t.is((await network.call('TMF635.deleteUsage', { params: { id } })).status, 204);
  t.is((await network.shop.events(id)).at(-1), 'usage.deleted');
  await t.throwsAsync(network.usage(id), { message: /There is no usage/ });
  await network.settle();
  t.not((await network.post(record)).id, id);
});

test.serial('while subscription is away a record waits; it goes on by itself', async (t) => {
  const line = await network.shop.activeLine();
  network.away.add('subscription');
  const { id } = await network.post(network.record(await network.msisdnOf(line)));
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.is((await network.usage(id)).status, 'received');
  t.true(network.calls.some((call) => call.includes('/subscription?msisdn=')));
  network.away.clear();
  await network.settle();
  t.is((await network.usage(id)).status, 'billed');
  t.deepEqual(await network.shop.events(id), ['usage.received', 'usage.guided', 'usage.rated', 'usage.billed']);
});

test.serial('a record whose process died is taken over when its lease lapses', async (t) => {
  const line = await network.shop.activeLine();
  network.away.add('subscription');
  const { id } = await network.post(network.record(await network.msisdnOf(line)));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await network.shop.query(`UPDATE mediation.usage SET lease_until_ms = 1, next_run_ms = 0, attempts = 0 WHERE id = '${id}'`);
  network.away.clear();
  await network.settle();
  t.is((await network.usage(id)).status, 'billed');
  t.is(await network.shop.left(line), 5 * gb - mb);
});

test.serial('N5: of 64 who report the last megabyte at once one is billed and 63 are rejected', async (t) => {
  const line = await network.shop.activeLine();
  const msisdn = await network.msisdnOf(line);
  await network.report(network.record(msisdn, { quantity: 5119 }));
  await Promise.all(Array.from({ length: 64 }, () => network.post(network.record(msisdn))));
  await network.settle();
  const count = async (status: string): Promise<number> =>
    (await network.call<Usage[]>('TMF635.listUsage', { query: { subscriptionId: line, status } })).body!.length;
  t.is(await count('billed'), 2);
  t.is(await count('rejected'), 63);
  t.is(await network.shop.left(line), 0);
  t.deepEqual((await network.shop.events(line)).slice(2), ['subscription.usage_applied', 'subscription.usage_applied', 'subscription.exhausted', 'subscription.blocked']);
});

test.serial('news of the line that overtake those of the record bill it all the same, once', async (t) => {
  const line = await network.shop.activeLine();
  await network.settle();
  const { id } = await network.post(network.record(await network.msisdnOf(line)));
  while ((await network.usage(id)).status !== 'guided') await new Promise((resolve) => setTimeout(resolve, 5));
  await network.give(news('subscription.usage_applied', { usageId: id, subscriptionId: line, consumed: mb, unratedExcess: 0 }));
  t.is((await network.usage(id)).status, 'billed');
  await network.settle();
  t.deepEqual(await network.shop.events(id), ['usage.received', 'usage.guided', 'usage.billed', 'usage.rated'], 'rating told of it afterwards');
  t.is((await network.usage(id)).status, 'billed');
});

test.serial('news of an earlier round change nothing in the present one', async (t) => {
  const late = await network.report(network.record('98765432'));
  t.is(rule(late), 'usage.guide.no_line');
  network.away.add('subscription');
  await network.call('usage.recycleUsage', { params: { id: late.id } });
  await network.give(news('usage.rejected', { usageId: late.id, rule: 'usage.rate.no_tariff', from: 'guided' }));
  t.like(await network.usage(late.id), { status: 'recycled', recycleCount: 1 });
  network.away.clear();
  await network.settle();
  t.is(rule(await network.usage(late.id)), 'usage.guide.no_line');
  t.deepEqual(await network.shop.events(late.id), ['usage.received', 'usage.rejected', 'usage.recycled', 'usage.rejected']);
});

test.serial('lists are found by line, number, party, state and rule; a customer sees its own', async (t) => {
  const line = await network.shop.activeLine();
  const msisdn = await network.msisdnOf(line);
  const { id } = await network.report(network.record(msisdn));
  const ids = async (query: object, as = {}): Promise<string[]> => (await network.call<Usage[]>('TMF635.listUsage', { query }, as)).body!.map((row) => row.id);
  t.deepEqual(await ids({ subscriptionId: line }), [id]);
  t.deepEqual(await ids({ msisdn }), [id]);
  t.deepEqual(await ids({ 'usageCharacteristic.value': msisdn }), [id]);
  t.true((await ids({ 'relatedParty.id': 'CUST-001' })).includes(id));
  t.true((await ids({ 'usageSpecification.id': 'USPEC_DATA', status: 'billed' })).includes(id));
  t.false((await ids({ 'policyViolation.reason': 'usage.guide.no_line' })).includes(id));
  t.deepEqual(await ids({ subscriptionId: line, 'usageDate.gt': '2027' }), []);
  t.deepEqual(await ids({ subscriptionId: line }, { role: 'customer', onBehalfOf: 'CUST-002' }), []);
  t.deepEqual(await ids({ subscriptionId: line }, { role: 'customer', onBehalfOf: 'CUST-001' }), [id]);
});

test.serial('a dry run records nothing', async (t) => {
  const before = await network.shop.query('SELECT id FROM mediation.usage');
  await t.throwsAsync(network.call('TMF635.createUsage', { body: network.record('90000001') }, { dryRun: true }), { message: /dry run/ });
  t.is((await network.shop.query('SELECT id FROM mediation.usage')).length, before.length);
});

test.serial('usage lies in the partition of its month, and of any other month in the default one', async (t) => {
  const line = await network.shop.activeLine();
  const { id } = await network.report(network.record(await network.msisdnOf(line)));
  const place = async (usage: string): Promise<string> =>
    (await network.shop.query<{ place: string }>(`SELECT tableoid::regclass::text AS place FROM mediation.usage WHERE id = '${usage}'`))[0]!.place;
  t.is(await place(id), 'mediation.usage_202605');
  const old = await network.post(network.record('90000001', {}, { usageDate: '2020-02-29T00:00:00Z' }));
  t.is(await place(old.id), 'mediation.usage_other');
});

test.serial('a month gets its partition while usage of it comes in, and no record is lost', async (t) => {
  const months = Array.from({ length: 12 }, (_, i) => `2019-${String(i + 1).padStart(2, '0')}-15T00:00:00Z`);
  for (const usageDate of months) {
    const posts = Array.from({ length: 8 }, () => network.post(network.record('90000001', {}, { usageDate })));
    const made = network.shop.query(`SELECT mediation.add_month('${usageDate}')`);
    const kept = await Promise.all(posts);
    await made;
    t.true(kept.every(({ status }) => status === 'rejected'));
  }
  const [stored] = await network.shop.query<{ n: number }>("SELECT count(*)::int AS n FROM mediation.usage WHERE usage_date < '2020-01-01'");
  t.is(stored!.n, 12 * 8);
});

import test from 'ava';
import pg from 'pg';
import { ok } from '#runtime/client';
import { sleep } from '#runtime/clock';
import { uuidv7 } from '#runtime/ids';
import { startStack, type Stack } from '../../support/stack.ts';
import { customer } from '../../support/story.ts';

/** A customer who is identified and has a card. @returns the id */
async function history(stack: Stack): Promise<string> {
  const id = await customer(stack);
  await stack.settle();
  return id;
}

const services = ['crm', 'payment', 'subscription', 'com'] as const;
const events = (stack: Stack, query: object) => ok(stack.clients.audit('crm').GET('/event', { params: { query } }));

test('the ledger is read newest first, and the same on every port', async (t) => {
  const stack = await startStack(t, { services });
  const id = await history(stack);
  const all = await events(stack, {});
  const recorded = await stack.events();
  t.deepEqual(all.map(({ eventType }) => eventType), recorded.map(({ type }) => type).reverse());
  t.deepEqual(await ok(stack.clients.audit('payment').GET('/event', {})).then((rows) => rows.map(({ id: one }) => one)), all.map(({ id: one }) => one));
  const first = all.find(({ aggregateId, aggregateSeq }) => aggregateId === id && aggregateSeq === 1);
  t.like(first, { '@type': 'Event', eventType: 'customer.created', aggregateType: 'customer', actor: 'cli', serviceIdentity: 'cli', prevHash: null });
  t.regex(first?.hash ?? '', /^[0-9a-f]{64}$/);
});

test('each filter finds its events and no others', async (t) => {
  const stack = await startStack(t, { services });
  const id = await history(stack);
  await history(stack);
  const all = await events(stack, {});
  const one = all.at(-1)!;
  const cases: [object, (event: (typeof all)[number]) => boolean][] = [
    [{ eventId: one.eventId }, (event) => event.eventId === one.eventId],
    [{ aggregateType: 'payment_method' }, (event) => event.aggregateType === 'payment_method'],
    [{ aggregateId: id }, (event) => event.aggregateId === id],
    [{ eventType: 'customer.created' }, (event) => event.eventType === 'customer.created'],
    [{ eventType: 'customer.*' }, (event) => event.eventType.startsWith('customer.')],
    [{ traceId: one.traceId }, (event) => event.traceId === one.traceId],
    [{ aggregateId: id, eventType: 'customer.created' }, (event) => event.aggregateId === id && event.eventType === 'customer.created'],
    [{ aggregateId: 'CUST-999' }, () => false],
  ];
  for (const [query, matches] of cases) {
    const expected = all.filter(matches).map(({ eventId }) => eventId);
    t.deepEqual((await events(stack, query)).map(({ eventId }) => eventId), expected, JSON.stringify(query));
  }
  t.deepEqual((await events(stack, { since: all[0]!.occurredAt })).map(({ eventId }) => eventId), all.map(({ eventId }) => eventId).reverse());
  t.deepEqual(await events(stack, { since: '2030-01-01T00:00:00Z' }), []);
  t.deepEqual(Object.keys((await events(stack, { fields: 'eventType', limit: 1 }))[0]!).toSorted(), ['eventType', 'href', 'id']);
});

test('a reader follows on page by page and meets every event once', async (t) => {
  const stack = await startStack(t, { services });
  await history(stack);
  await history(stack);
  const expected = (await events(stack, {})).map(({ eventId }) => eventId).reverse();
  const met: string[] = [expected[0]!];
  for (;;) {
    const page = await events(stack, { after: met.at(-1), limit: 2 });
    if (page.length === 0) break;
    met.push(...page.map(({ eventId }) => eventId));
  }
  t.deepEqual(met, expected);
  const response = await stack.fetch('crm', '/bss-api/audit/v1/event?limit=2');
  t.is(response.status, 206);
  t.is(response.headers.get('x-total-count'), String(expected.length));
  t.is((await stack.fetch('crm', `/bss-api/audit/v1/event?after=${uuidv7()}`)).status, 400, 'an unknown place is no beginning');
  for (const [query, status] of [
    ['aggregateId=%00', 400], ['since=2026-02-30T00:00:00Z', 400], ['since=0000-01-01T00:00:00Z', 200], ['since=9999-12-31T23:59:59-14:00', 200],
    ['limit=0', 400], ['limit=1001', 400], ['limit=1&limit=2', 400], ['eventType=customer.*', 200], ['eventType=*', 400], ['fields=none', 200],
    ['aggregateId=%25_%27', 200], ['traceId=x', 400], ['after=x', 400],
  ] as const) t.is((await stack.fetch('crm', `/bss-api/audit/v1/event?${query}`)).status, status, query);
});

test('a reader who follows on does not step over an event that is still being committed', async (t) => {
  const stack = await startStack(t, { services: ['crm'] });
  const append = (client: pg.Client, aggregateId: string): Promise<unknown> => client.query('SELECT audit.append_event($1::jsonb)', [JSON.stringify([{
    eventId: uuidv7(), eventType: 'customer.created', aggregateType: 'customer', aggregateId, occurredAt: '2026-04-11T09:00:00.000Z', actor: 'a', channel: 'system',
    serviceIdentity: 'crm', traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), schemaVersion: 1, payload: {},
  }])]);
  const url = stack.config.databaseUrl!;
  const [slow, fast] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([slow.connect(), fast.connect()]);
  try {
    await append(fast, 'CUST-901');
    const [beginning] = await events(stack, { aggregateId: 'CUST-901' });
    const following = async (): Promise<string[]> => (await events(stack, { after: beginning!.eventId })).map(({ aggregateId }) => aggregateId);
    await slow.query('BEGIN');
    await append(slow, 'CUST-902');
    await append(fast, 'CUST-903');
    t.deepEqual(await following(), [], 'an earlier place is not taken yet');
    const waiting = following();
    await sleep(40);
    await slow.query('COMMIT');
    t.deepEqual(await waiting, ['CUST-902', 'CUST-903'], 'it is waited for a moment');
    await slow.query('BEGIN');
    await append(slow, 'CUST-904');
    await append(fast, 'CUST-905');
    await slow.query('ROLLBACK');
    await slow.query('BEGIN');
    await append(slow, 'CUST-906');
    t.deepEqual(await following(), ['CUST-902', 'CUST-903'], 'whose place the gap is cannot be known');
    await slow.query('COMMIT');
    t.deepEqual(await following(), ['CUST-902', 'CUST-903', 'CUST-905', 'CUST-906'], 'a place given back holds nobody up');
  } finally {
    await Promise.all([slow.end(), fast.end()]);
  }
});

test('chains verify, and every kind of change behind the back of the ledger is found', async (t) => {
  const stack = await startStack(t, { services });
  await history(stack);
  // Three refusals of one rule are one chain.
  for (let i = 0; i < 3; i += 1) await stack.fetch('crm', '/bss-api/admin/v1/clock/unfreeze', { method: 'POST' }, 'portal_csr');
  const id = 'auth.role.insufficient';
  const verify = async (query: object = { aggregateType: 'platform', aggregateId: id }) => ok(stack.clients.audit('crm').GET('/event/verify', { params: { query } }));
  const whole = await verify({});
  t.like(whole, { id: 'all', '@type': 'ChainVerification', intact: true, breaks: [] });
  t.is(whole.events, (await events(stack, {})).length);
  t.is(whole.chains, new Set((await events(stack, {})).map(({ aggregateType, aggregateId }) => `${aggregateType} ${aggregateId}`)).size);
  const chain = await verify();
  t.is(chain.chains, 1);
  t.is(chain.events, 3);

  const mine = `aggregate_type = 'platform' AND aggregate_id = '${id}'`;
  const kindsAfter = async (damage: string): Promise<string[]> => {
    await stack.sql(`CREATE TABLE public.kept AS SELECT * FROM audit.domain_event WHERE ${mine}`);
    await stack.sql(damage);
    const { intact, breaks } = await verify();
    t.false(intact);
    await stack.sql(`DELETE FROM audit.domain_event WHERE ${mine}`);
    await stack.sql('INSERT INTO audit.domain_event SELECT * FROM public.kept');
    await stack.sql('DROP TABLE public.kept');
    return [...new Set(breaks.map(({ kind }) => kind))].toSorted();
  };
  t.deepEqual(await kindsAfter(`UPDATE audit.domain_event SET payload = '{"forged":true}' WHERE ${mine} AND aggregate_seq = 2`), ['hash']);
  t.deepEqual(await kindsAfter(`UPDATE audit.domain_event SET actor = 'nobody' WHERE ${mine} AND aggregate_seq = 1`), ['hash']);
  t.deepEqual(await kindsAfter(`DELETE FROM audit.domain_event WHERE ${mine} AND aggregate_seq = 2`), ['gap']);
  t.deepEqual(await kindsAfter(`DELETE FROM audit.domain_event WHERE ${mine} AND aggregate_seq = 3`), ['head'], 'the last one is missed at the head');
  t.deepEqual(await kindsAfter(`UPDATE audit.domain_event SET prev_hash = repeat('0', 64) WHERE ${mine} AND aggregate_seq = 2`), ['link']);
  t.deepEqual(await kindsAfter(`DELETE FROM audit.domain_event WHERE ${mine}`), ['head']);
  t.true((await verify({})).intact, 'put back as it was');
});

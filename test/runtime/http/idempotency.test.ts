import test from 'ava';
import { Unavailable } from '#runtime/errors';
import { sleep } from '#runtime/clock';
import { desksOf, errorOf, sale } from './desk.ts';

const openDesk = desksOf(test);
const keyed = (key: string): Record<string, string> => ({ 'Idempotency-Key': key });

test.serial('a repeat gets the first answer, byte by byte, and has no effect', async (t) => {
  const desk = await openDesk(t);
  const [first, second] = [await desk.authorize(sale, keyed('k1')), await desk.authorize(sale, keyed('k1'))];
  t.deepEqual([first.status, second.status], [201, 201]);
  t.deepEqual(Buffer.from(await second.arrayBuffer()), Buffer.from(await first.arrayBuffer()));
  t.is(second.headers.get('location'), first.headers.get('location'));
  t.is(second.headers.get('content-type'), first.headers.get('content-type'));
  t.deepEqual([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')], [null, 'true']);
  t.is(await desk.effects(), 1);
});

test.serial('a refusal is a first answer too, and is on record once', async (t) => {
  const desk = await openDesk(t);
  const dear = { ...sale, amount: { unit: 'SGD', value: 5000 } };
  const [first, second] = [await desk.authorize(dear, keyed('k2')), await desk.authorize(dear, keyed('k2'))];
  t.deepEqual([first.status, second.status], [422, 422]);
  t.is(await second.text(), await first.text());
  t.is((await desk.refusals()).length, 1);
});

test.serial('a key stands for one method, path and body', async (t) => {
  const desk = await openDesk(t);
  t.is((await desk.authorize(sale, keyed('k3'))).status, 201);
  const other = await desk.authorize({ ...sale, purpose: 'renewal' }, keyed('k3'));
  t.is(other.status, 422);
  t.like(await errorOf(other), { reason: 'idempotency.key.reused', context: { key: 'k3', identity: 'default' } });
  t.is(await desk.effects(), 1);
});

test.serial('a key belongs to the identity that used it', async (t) => {
  const desk = await openDesk(t);
  await desk.authorize(sale, keyed('k4'));
  const other = await desk.authorize(sale, keyed('k4'), 'com');
  t.is(other.headers.get('idempotency-replayed'), null);
  t.is(await desk.effects(), 2);
});

test.serial('while the first call runs, a repeat is told when to come again', async (t) => {
  const gate = Promise.withResolvers<void>();
  const desk = await openDesk(t, { authorize: async ({ body }, at) => {
    await gate.promise;
    return at.sell(body);
  } });
  const running = desk.authorize(sale, keyed('k5'));
  await waitFor(async () => (await desk.sql('SELECT 1 FROM payment.idempotency')).length === 1);
  const early = await desk.authorize(sale, keyed('k5'));
  t.is(early.status, 409);
  t.is(early.headers.get('retry-after'), '1');
  t.like(await errorOf(early), { code: 'CONFLICT', reason: 'idempotency.key.in_flight', context: { retryAfter: 1 } });
  gate.resolve();
  t.is((await running).status, 201);
  t.is((await desk.authorize(sale, keyed('k5'))).headers.get('idempotency-replayed'), 'true');
  t.deepEqual(await desk.refusals(), [], 'a call that came too early was refused nothing');
});

test.serial('64 at once with one key have one effect', async (t) => {
  const desk = await openDesk(t);
  const statuses = await Promise.all(Array.from({ length: 64 }, async () => {
    const response = await desk.authorize(sale, keyed('k6'));
    await response.arrayBuffer();
    return response.status;
  }));
  t.is(await desk.effects(), 1);
  t.true(statuses.includes(201));
  t.deepEqual(statuses.filter((status) => status !== 201 && status !== 409), []);
});

test.serial('an answer that may end differently next time is not kept', async (t) => {
  let calls = 0;
  const desk = await openDesk(t, { authorize: async ({ body }, at) => {
    calls += 1;
    if (calls === 1) throw new Unavailable('the gateway is away');
    if (calls === 2) throw new Error('a defect');
    return at.sell(body);
  } });
  const statuses: number[] = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await desk.authorize(sale, keyed('k7'))).status);
  t.deepEqual(statuses, [503, 500, 201, 201]);
  t.is(calls, 3);
});

test.serial('a call lost with its process gives its key up when its lease ends', async (t) => {
  const desk = await openDesk(t, { leaseMs: 80 });
  const request = { identity: 'default', key: 'k8', method: 'POST', path: '/x', bodyHash: 'h' };
  const lost = await desk.answers.claim(request);
  if (lost.kind !== 'claimed') return t.fail(lost.kind);
  t.is((await desk.answers.claim(request)).kind, 'in_flight');
  await sleep(100);
  t.is((await desk.answers.claim({ ...request, bodyHash: 'other' })).kind, 'reused', 'its meaning stays');
  const taken = await desk.answers.claim(request);
  if (taken.kind !== 'claimed') return t.fail(taken.kind);
  await desk.answers.complete(request, lost.lease, { status: 500, headers: {}, body: 'too late' });
  await desk.answers.release(request, lost.lease);
  await desk.answers.complete(request, taken.lease, { status: 201, headers: { location: '/y' }, body: '{}' });
  t.deepEqual(await desk.answers.claim(request), { kind: 'done', answer: { status: 201, headers: { location: '/y' }, body: '{}' } });
});

test.serial('a call that was held up until a repeat took its key over has no effect any more', async (t) => {
  const [gate, later] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  const desk = await openDesk(t, { leaseMs: 80, resumes: false, authorize: async ({ body }, at) => {
    calls += 1;
    await (calls === 1 ? gate : later).promise;
    return at.sell(body);
  } });
  const first = desk.authorize(sale, keyed('k13'));
  await waitFor(async () => calls === 1);
  await sleep(100);
  const second = desk.authorize(sale, keyed('k13'));
  await waitFor(async () => calls === 2);
  gate.resolve();
  const late = await first;
  t.is(late.status, 409, 'while the repeat is still running');
  t.is(late.headers.get('retry-after'), '1');
  t.is(await desk.effects(), 0);
  later.resolve();
  t.is((await second).status, 201);
  t.is(await desk.effects(), 1);
  t.is((await desk.authorize(sale, keyed('k13'))).headers.get('idempotency-replayed'), 'true');
});

test.serial('a call that was held up keeps its effect while nobody else has asked', async (t) => {
  const desk = await openDesk(t, { leaseMs: 20, resumes: false, authorize: async ({ body }, at) => {
    await sleep(60);
    return at.sell(body);
  } });
  t.is((await desk.authorize(sale, keyed('k14'))).status, 201);
  t.is(await desk.effects(), 1);
});

test.serial('leases that were cleared at a start are over at once', async (t) => {
  const desk = await openDesk(t);
  const request = { identity: 'default', key: 'k9', method: 'POST', path: '/x', bodyHash: 'h' };
  await desk.answers.claim(request);
  await desk.sql('UPDATE payment.idempotency SET lease_until_ms = NULL');
  t.is((await desk.answers.claim(request)).kind, 'claimed');
});

test.serial('after a day of business time the key is free again, and its row is cleared away', async (t) => {
  const desk = await openDesk(t);
  await desk.authorize(sale, keyed('k10'));
  desk.clock.advance(24 * 3_600_000 - 1);
  t.is((await desk.authorize(sale, keyed('k10'))).headers.get('idempotency-replayed'), 'true');
  desk.clock.advance(1);
  t.is((await desk.authorize({ ...sale, purpose: 'renewal' }, keyed('k10'))).status, 201);
  t.is(await desk.effects(), 2);
  t.false(await desk.answers.purge());
  t.is((await desk.sql('SELECT 1 FROM payment.idempotency')).length, 1);
  desk.clock.advance(24 * 3_600_000);
  await desk.answers.purge();
  t.is((await desk.sql('SELECT 1 FROM payment.idempotency')).length, 0);
});

test.serial('a key does nothing for a read, a dry run and a request that is wrong in form', async (t) => {
  const desk = await openDesk(t);
  await desk.authorize(sale, { ...keyed('k11'), Prefer: 'dry-run' });
  await desk.authorize({}, keyed('k11'));
  t.is((await desk.sql('SELECT 1 FROM payment.idempotency')).length, 0);
  t.is((await desk.authorize(sale, keyed('k11'))).status, 201);
});

test.serial('a dry run asks the policies and leaves no trace', async (t) => {
  const desk = await openDesk(t);
  const dry = { Prefer: 'respond-async, dry-run' };
  const allowed = await desk.authorize(sale, dry);
  t.is(allowed.status, 200);
  t.is(allowed.headers.get('preference-applied'), 'dry-run');
  t.deepEqual(await allowed.json(), { allowed: true, violations: [] });
  const refused = await desk.authorize({ ...sale, amount: { unit: 'SGD', value: 5000 } }, dry);
  t.is(refused.status, 200);
  t.like(await refused.json(), { allowed: false, violations: [{ reason: 'test.sale.dear', '@type': 'PolicyViolation' }] });
  t.is(await desk.effects(), 0);
  t.deepEqual(await desk.refusals(), []);
});

test.serial('a refused write leaves exactly one event, with rule, operation and context', async (t) => {
  const desk = await openDesk(t);
  await desk.authorize({ ...sale, amount: { unit: 'SGD', value: 5000 } }, { 'X-BSS-Actor': 'ada' });
  t.deepEqual(await desk.refusals(), [{
    rule: 'test.sale.dear', operation: 'payment.authorizePayment', actor: 'ada', identity: 'default',
    context: { customerId: 'CUST-001', value: 5000, state: null },
  }]);
  t.is(await desk.effects(), 0);
});

test.serial('what cannot be recorded is not refused for good', async (t) => {
  const desk = await openDesk(t, { recordRefusal: () => Promise.reject(new Unavailable('the ledger is away')) });
  const response = await desk.authorize({ ...sale, amount: { unit: 'SGD', value: 5000 } }, keyed('k12'));
  t.is(response.status, 503);
  t.is((await desk.sql('SELECT 1 FROM payment.idempotency')).length, 0, 'the key may be used again');
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (await condition()) return;
    await sleep(10);
  }
  throw new Error('it did not happen within 5 s');
}

import test from 'ava';
import { elapsedMs, sleep } from '#runtime/clock';
import { RateLimit } from '#runtime/http/rate-limit';
import { desksOf, errorOf, methodsPath, sale } from './desk.ts';

const openDesk = desksOf(test);

test.serial('a stop lets running requests end and takes no new ones', async (t) => {
  const entered = Promise.withResolvers<void>();
  const desk = await openDesk(t, { authorize: async ({ body }, at) => {
    entered.resolve();
    await sleep(150);
    return at.sell(body);
  } });
  const running = desk.authorize(sale);
  await entered.promise;
  const begin = elapsedMs();
  const stopped = desk.host.stop();
  await t.throwsAsync(desk.fetch(methodsPath));
  t.is((await running).status, 201);
  await stopped;
  t.true(elapsedMs() - begin < 3000);
  t.is(await desk.effects(), 1);
});

test.serial('a stop does not wait for connections that are merely open', async (t) => {
  const desk = await openDesk(t);
  await (await desk.fetch(methodsPath)).arrayBuffer(); // kept alive by the client
  const begin = elapsedMs();
  await desk.host.stop();
  t.true(elapsedMs() - begin < 1000);
});

test.serial('it is alive without a database, but ready only with one, and says what is down', async (t) => {
  const desk = await openDesk(t);
  t.is((await desk.fetch('/readyz', {}, null)).status, 200);
  const broken = await openDesk(t, { checks: [
    { name: 'database', probe: () => Promise.reject(new Error('connection refused')) },
    { name: 'relay', probe: async () => 'stands still' },
    { name: 'broker', probe: async () => null },
  ] });
  const response = await broken.fetch('/readyz', {}, null);
  t.is(response.status, 503);
  t.deepEqual(await response.json(), { status: 'unavailable', down: [{ name: 'database', reason: 'connection refused' }, { name: 'relay', reason: 'stands still' }] });
  t.is((await broken.fetch('/livez', {}, null)).status, 200);
});

test.serial('readiness is looked up at most once a second, sooner while something is down', async (t) => {
  let probes = 0;
  let reason: string | null = null;
  const desk = await openDesk(t, { checks: [{ name: 'database', probe: async () => { probes += 1; return reason; } }] });
  for (let i = 0; i < 20; i += 1) await (await desk.fetch('/readyz', {}, null)).arrayBuffer();
  t.is(probes, 1);
  reason = 'away';
  await sleep(1100);
  t.is((await desk.fetch('/readyz', {}, null)).status, 503);
  reason = null;
  await sleep(300);
  t.is((await desk.fetch('/readyz', {}, null)).status, 200);
});

test.serial('a probe that never answers makes nobody wait for ever', async (t) => {
  const desk = await openDesk(t, { checks: [{ name: 'broker', probe: () => new Promise<null>(() => undefined) }] });
  const response = await desk.fetch('/readyz', {}, null);
  t.is(response.status, 503);
  t.regex(await response.text(), /did not answer within/);
});

test.serial('metrics count requests by operation and status', async (t) => {
  const desk = await openDesk(t);
  await desk.fetch(methodsPath);
  await desk.fetch(methodsPath);
  await desk.authorize({});
  const text = await (await desk.fetch('/metrics', {}, null)).text();
  t.true(text.includes('bss_http_requests_total{service="payment",operation="payment.listPaymentMethod",status="200"} 2'), text);
  t.true(text.includes('bss_http_requests_total{service="payment",operation="payment.authorizePayment",status="400"} 1'));
  t.true(text.includes('bss_http_request_seconds_count{service="payment",operation="payment.listPaymentMethod"} 2'));
  t.regex(text, /process_resident_memory_bytes \d+/);
  for (const line of text.split('\n')) t.regex(line, /^$|^# TYPE \w+ (counter|gauge|histogram)$|^\w+(\{[^}]*\})? [\d.e+-]+$/);
});

test.serial('a customer who calls too often is told when to come again; others are not held up', async (t) => {
  const desk = await openDesk(t, { ratePerMinute: 3 });
  const call = (customer: string): Promise<Response> => desk.fetch(methodsPath, { headers: { 'X-BSS-On-Behalf-Of': customer } }, 'portal_self_serve');
  for (let i = 0; i < 3; i += 1) t.is((await call('CUST-001')).status, 200);
  const refused = await call('CUST-001');
  t.is(refused.status, 429);
  t.is(refused.headers.get('retry-after'), '20');
  t.like(await errorOf(refused), { code: 'TOO_MANY_REQUESTS', reason: 'auth.rate.limited', context: { customerId: 'CUST-001', limit: 3, retryAfter: 20 } });
  t.is((await call('CUST-002')).status, 200);
  t.is((await desk.fetch(methodsPath)).status, 200, 'services are not counted');
});

test('a minute’s worth of calls may come at once and comes back evenly', (t) => {
  let now = 0;
  const limit = new RateLimit(60, () => now);
  const taken = (): number => Array.from({ length: 100 }, () => limit.take('CUST-001')).filter((wait) => wait === 0).length;
  t.is(taken(), 60);
  t.is(limit.take('CUST-001'), 1);
  now += 10_000;
  t.is(taken(), 10);
  now += 3_600_000;
  t.is(taken(), 60, 'no more than a minute is saved up');
  t.is(new RateLimit(0, () => now).take('CUST-001'), 0);
});

test('no more than ten thousand customers are remembered, the longest unseen is forgotten', (t) => {
  const limit = new RateLimit(1, () => 0);
  limit.take('CUST-000');
  for (let i = 1; i < 10_000; i += 1) limit.take(`CUST-${i}`);
  t.not(limit.take('CUST-000'), 0, 'still remembered');
  for (let i = 10_000; i < 20_000; i += 1) limit.take(`CUST-${i}`);
  t.is(limit.take('CUST-000'), 0, 'forgotten');
});

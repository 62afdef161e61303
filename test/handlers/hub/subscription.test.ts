/** Subscriptions: who may have one, where it may point, what it asks for, and what becomes of a listener that is down. */
import test, { type ExecutionContext } from 'ava';
import { ok } from '#runtime/client';
import { startStack, type Stack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';
import { Listener } from './listener.ts';
import { hubOf, subscribe, unsubscribe } from './subscription.ts';

const path = '/tmf-api/productCatalogManagement/v4';
const json = { 'Content-Type': 'application/json' };
const env = { BSS_HUB_RETRY_HOURS: '0', BSS_HUB_ALLOW_HOSTS: '127.0.0.1' };

let stack: Stack;
let listener: Listener;

const write = async (method: string, resource: string, body?: object): Promise<{ id: string }> => {
  const answer = await stack.fetch('catalog', `${path}/${resource}`, { method, headers: json, ...(body ? { body: JSON.stringify(body) } : {}) }, 'cli');
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${resource}: ${text}`);
  return text === '' ? { id: '' } : JSON.parse(text) as { id: string };
};

const subscribed = async (body: object): Promise<string> => (await (await subscribe(stack, 'TMF620', body)).json() as { id: string }).id;

interface Refusal {
  readonly reason: string;
  readonly message: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

test('callbacks are guarded, queries heard, redirects not followed, failing listeners replayed, subscriptions limited', async (t) => {
  stack = await startStack(t, { services: ['catalog', 'crm'], env });
  const callbacks = [
    'http://93.184.216.34/', 'ftp://127.0.0.1/', 'https://10.0.0.1/', 'https://192.168.1.1/', 'https://172.16.0.1/', 'https://127.0.0.2/',
    'https://169.254.169.254/latest/meta-data', 'https://[fd00:ec2::254]/', 'https://[::1]/', 'https://[::ffff:127.0.0.1]/', 'https://localhost/', 'https://me:secret@93.184.216.34/',
  ];
  for (const callback of callbacks) {
    const answer = await subscribe(stack, 'TMF620', { callback });
    t.is(answer.status, 422, callback);
    t.is((await answer.json() as Refusal).reason, 'hub.create.callback_forbidden', callback);
  }
  t.deepEqual(await stack.sql('SELECT id FROM integrations.hub'), []);
  t.deepEqual([...new Set((await stack.events()).map(({ type }) => type))], ['policy.refused']);

  for (const body of [{}, { callback: 7 }, { callback: `http://127.0.0.1/${'a'.repeat(2000)}` }, { callback: 'http://127.0.0.1/\u0000' }]) {
    t.is((await subscribe(stack, 'TMF620', body)).status, 400, JSON.stringify(body).slice(0, 60));
  }
  const bound = await stack.fetch('catalog', `${path}/hub`, { method: 'POST', headers: { ...json, 'X-BSS-On-Behalf-Of': 'CUST-001' }, body: '{"callback":"http://127.0.0.1/"}' }, 'cli');
  t.is(bound.status, 403, 'who acts for one customer does not hear of all');

  for (const query of ['eventType=NoSuchEvent', 'nosuch=1', 'name.regex=(', '__proto__=1', 'category.nosuch=1', 'a\u0000=1']) {
    t.is((await subscribe(stack, 'TMF620', { callback: 'http://127.0.0.1/', query })).status, 400, query);
  }
  const heard: readonly (readonly [api: string, query: string])[] = [
    ['TMF620', 'fields=eventType'], ['TMF620', 'productOfferingPrice.productOffering.id=PLAN_S'], ['TMF620', '@baseType=Entity'],
    ['TMF621', 'caseId=CASE-001'], ['TMF629', 'eventType=CustomerAttributeValueChangeEvent&customer.kycStatus.ne=not_verified'],
  ];
  for (const [api, query] of heard) {
    const answer = await subscribe(stack, api, { callback: 'http://127.0.0.1/', query });
    t.is(answer.status, 201, `${query}: whatever a list can be filtered by`);
    await unsubscribe(stack, api, (await answer.json() as { id: string }).id);
  }
  await queries(t);
  await redirects(t);
  await crowd(t);
  await failing(t);
  await limit(t);
});

async function queries(t: ExecutionContext): Promise<void> {
  listener = await Listener.start(t);
  const wishes: Readonly<Record<string, string>> = {
    types: 'eventType=CategoryCreateEvent,CatalogCreateEvent', resource: 'category.name=Wanted', dotted: 'event.category.name=Wanted', either: 'name=Wanted;name=Also', odd: 'name=Wanted&fields=eventType&@baseType.ne=Entity', other: 'catalog.name=Wanted', regex: 'name.regex=^Wan',
  };
  const ids: string[] = [];
  for (const [name, query] of Object.entries(wishes)) ids.push(await subscribed({ callback: `${listener.url}/${name}`, query }));
  for (const name of ['Wanted', 'Also', 'Unwanted']) await write('POST', 'category', { name });
  const shelf = await write('POST', 'catalog', { name: 'Wanted' });
  await write('DELETE', `catalog/${shelf.id}`);
  await stack.settle();
  const got = Object.groupBy(listener.received, ({ path: at }) => at.split('/')[1] ?? '');
  const told = (name: string): string[] => (got[name] ?? []).map(({ body }) => `${body.eventType} ${String(Object.values(body.event)[0]?.['name'])}`).sort();
  t.deepEqual(told('types'), ['CatalogCreateEvent Wanted', 'CategoryCreateEvent Also', 'CategoryCreateEvent Unwanted', 'CategoryCreateEvent Wanted']);
  for (const name of ['resource', 'dotted']) t.deepEqual(told(name), ['CategoryCreateEvent Wanted'], name);
  t.deepEqual(told('other'), ['CatalogCreateEvent Wanted', 'CatalogDeleteEvent Wanted']);
  t.deepEqual(told('odd'), told('regex'), 'what is no filter filters nothing');
  t.deepEqual(told('regex'), ['CatalogCreateEvent Wanted', 'CatalogDeleteEvent Wanted', 'CategoryCreateEvent Wanted']);
  t.deepEqual(told('either'), ['CatalogCreateEvent Wanted', 'CatalogDeleteEvent Wanted', 'CategoryCreateEvent Also', 'CategoryCreateEvent Wanted']);
  for (const id of ids) t.is((await unsubscribe(stack, 'TMF620', id)).status, 204);
}

async function redirects(t: ExecutionContext): Promise<void> {
  const elsewhere = await Listener.start(t);
  listener.answer = () => ({ status: 307, headers: { Location: elsewhere.url } });
  const id = await subscribed({ callback: listener.url });
  await write('POST', 'category', { name: 'Moved' });
  await stack.settle();
  t.deepEqual(elsewhere.received, [], 'a redirect leads past the guard');
  const [delivery] = await ok(stack.clients.admin('crm').GET('/hub/{id}/delivery', { params: { path: { id } } }));
  t.like(delivery, { state: 'parked', lastStatus: 307, lastError: '307: redirects are not followed', eventName: 'CategoryCreateEvent' });
  await unsubscribe(stack, 'TMF620', id);
}

/** Ten notifications for one listener that takes its time, and one for another. */
async function crowd(t: ExecutionContext): Promise<void> {
  const [slow, quick] = [await Listener.start(t), await Listener.start(t)];
  slow.delayMs = 150;
  const ids = [await subscribed({ callback: slow.url }), await subscribed({ callback: quick.url, query: 'name=Last' })];
  const names = Array.from({ length: 10 }, (_, i) => (i === 9 ? 'Last' : `Number ${i}`));
  for (const name of names) await write('POST', 'category', { name });
  await stack.settle();
  t.is(slow.received.length, 10);
  t.true(slow.mostAtOnce > 1 && slow.mostAtOnce <= 4, `${slow.mostAtOnce} at once`);
  t.is(quick.received.length, 1);
  for (const id of ids) await unsubscribe(stack, 'TMF620', id);
}

async function failing(t: ExecutionContext): Promise<void> {
  const admin = stack.clients.admin('crm');
  listener.answer = () => ({ status: 503 });
  const id = await subscribed({ callback: listener.url, query: 'eventType=CategoryCreateEvent' });
  t.like((await ok(admin.GET('/hub/{id}', { params: { path: { id } } }))), { state: 'active', waiting: 0, parked: 0, api: 'TMF620' });
  await stack.events();
  for (const name of ['One', 'Two']) await write('POST', 'category', { name });
  await stack.settle();
  t.like((await ok(admin.GET('/hub', { params: { query: { state: 'failing' } } })))[0], { id, parked: 2, delivered: 0, lastError: '503' });
  const parked = (await stack.events()).filter(({ type }) => type === 'hub.delivery_parked');
  t.deepEqual(parked.map(({ aggregateId }) => aggregateId), [id, id]);

  listener.received.length = 0;
  listener.answer = () => ({ status: 200 });
  const replay = { params: { path: { id } } };
  await ok(admin.POST('/hub/{id}/replay', replay));
  await stack.settle();
  t.deepEqual(listener.received.map(({ body }) => String(body.event['category']?.['name'])).sort(), ['One', 'Two']);
  t.like(await ok(admin.GET('/hub/{id}', { params: { path: { id } } })), { state: 'active', parked: 0, delivered: 2, lastError: null });
  const again = await stack.fetch('crm', `/bss-api/admin/v1/hub/${id}/replay`, { method: 'POST' }, 'cli');
  t.is((await again.json() as Refusal).reason, 'hub.replay.nothing_parked');
  t.is((await stack.fetch('crm', '/bss-api/admin/v1/hub/HUB-999/replay', { method: 'POST' }, 'cli')).status, 404);

  await stack.restart();
  await write('POST', 'category', { name: 'Three' });
  await until(() => listener.received.some(({ body }) => body.event['category']?.['name'] === 'Three'));
  await stack.settle();
  await unsubscribe(stack, 'TMF620', id);
}

async function limit(t: ExecutionContext): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 53 }, () => subscribe(stack, 'TMF620', { callback: listener.url })));
  const refused = answers.filter(({ status }) => status === 422);
  t.is(refused.length, 3);
  t.like(await refused[0]?.json() as Refusal, { reason: 'hub.create.limit_reached', context: { limit: 50 } });
  t.is(hubOf('TMF629').service, 'crm');
  t.is((await subscribe(stack, 'TMF629', { callback: listener.url })).status, 422, 'the limit counts every API');
}

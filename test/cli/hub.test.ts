import test from 'ava';
import { ScriptedStack } from './scripted-stack.ts';

const hub = {
  id: 'HUB-001', href: 'http://localhost/hub/HUB-001', '@type': 'Hub', api: 'TMF622', callback: 'https://a.example/in', query: null, state: 'failing',
  createdAt: '2026-11-22T09:15:00.000Z', waiting: 1, delivered: 7, parked: 2, lastError: '503',
};
const delivery = {
  id: '9', href: 'http://localhost/hub/HUB-001/delivery', '@type': 'HubDelivery', hubId: 'HUB-001', eventId: '0190a1b2-0000-7000-8000-000000000001',
  eventName: 'ProductOrderCreateEvent', aggregateId: 'ORD-014', state: 'parked', attempts: 8, lastStatus: 503, lastError: '503', occurredAt: '2026-11-22T09:15:00.000Z',
};

test('hub list: which subscriptions fail, and why', async (t) => {
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/admin/v1/hub': { body: [hub] } });
  const { code, stdout } = await stack.bss(['hub', 'list', '--api', 'tmf622', '--state', 'failing', '--width', '160']);
  t.is(code, 0);
  for (const word of ['HUB-001', 'TMF622', 'failing', 'a.example', '503']) t.true(stdout.includes(word), word);
  t.like(Object.fromEntries(stack.seen[0]?.query ?? []), { api: 'TMF622', state: 'failing' });
  t.is((await stack.bss(['hub', 'list', '--state', 'broken'])).code, 2);
});

test('hub show: what a subscriber got and did not get', async (t) => {
  const stack = await ScriptedStack.start(t, { 'GET /bss-api/admin/v1/hub/HUB-001/delivery': { body: [delivery] } });
  const { code, stdout } = await stack.bss(['hub', 'show', 'HUB-001', '--state', 'parked', '--json']);
  t.is(code, 0);
  t.like(JSON.parse(stdout), { eventName: 'ProductOrderCreateEvent', attempts: 8 });
  t.is(stack.seen[0]?.query.get('state'), 'parked');
});

test('hub replay: asks once, under a key of its own', async (t) => {
  const stack = await ScriptedStack.start(t, { 'POST /bss-api/admin/v1/hub/HUB-001/replay': { body: { ...hub, state: 'failing', parked: 0, waiting: 3 } } });
  const { code, stdout } = await stack.bss(['hub', 'replay', 'HUB-001', '--json']);
  t.is(code, 0);
  t.like(JSON.parse(stdout), { parked: 0, waiting: 3 });
  t.regex(String(stack.seen[0]?.headers['idempotency-key']), /^[0-9a-f-]{36}$/);
});

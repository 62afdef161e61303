import test from 'ava';
import { Database } from '#db/database';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { clockHandlers, durationMs } from '#handlers/platform/clock';
import { SharedClock } from '#handlers/platform/shared-clock';
import type { Service } from '#handlers/service';
import type { Sweep } from '#handlers/sweep';
import { Clock, isoTime, sleep } from '#runtime/clock';
import { ok } from '#runtime/client';
import { RemoteError } from '#runtime/errors';
import { loggerOf } from '#runtime/logger';
import { startStack } from '../../support/stack.ts';

const start = '2026-04-11T09:00:00.000Z';
const dayMs = 86_400_000;

const refused = async (call: Promise<unknown>): Promise<RemoteError> => {
  const error = await call.then(() => new Error('it was not refused'), (thrown: unknown) => thrown);
  if (error instanceof RemoteError) return error;
  throw error;
};

test('an admin stops, moves and releases the one clock of all services', async (t) => {
  const stack = await startStack(t, { services: ['crm', 'catalog'], at: start });
  const admin = stack.as('cli').admin;
  const seen = await ok(stack.clients.admin('crm').GET('/clock'));
  t.like(seen, { id: 'clock', '@type': 'Clock', now: start, frozen: true });

  const later = '2026-04-12T00:00:00.000Z';
  t.is((await ok(admin('crm').POST('/clock/freeze', { body: { at: later } }))).now, later);
  t.is((await ok(admin('catalog').GET('/clock'))).now, later, 'every port tells the same time');
  const moved = await ok(admin('catalog').POST('/clock/advance', { body: { duration: '1d 30m' } }));
  t.is(moved.now, '2026-04-13T00:30:00.000Z');
  t.true(Array.isArray(moved.ran));
  t.is((await ok(admin('crm').POST('/clock/advance', { body: { to: '2026-05-01T00:00:00Z' } }))).now, '2026-05-01T00:00:00.000Z');
  const running = await ok(admin('crm').POST('/clock/unfreeze', {}));
  t.false(running.frozen);
  await sleep(15);
  t.true(Date.parse((await ok(admin('crm').GET('/clock'))).now) > Date.parse('2026-05-01T00:00:00Z'));
  t.deepEqual((await stack.events()).map(({ type, aggregateId }) => [type, aggregateId]), [
    ['clock.frozen', 'clock'], ['clock.advanced', 'clock'], ['clock.advanced', 'clock'], ['clock.unfrozen', 'clock'],
  ]);
});

test('time does not go back, and stays where it is when only asked about', async (t) => {
  const stack = await startStack(t, { services: ['crm'], at: start });
  const admin = stack.as('cli').admin('crm');
  const early = { body: { at: '2026-04-11T08:59:59Z' } };
  for (const call of [() => admin.POST('/clock/freeze', early), () => admin.POST('/clock/advance', { body: { duration: '-1d' } }), () => admin.POST('/clock/advance', { body: { duration: '0s' } })]) {
    const error = await refused(ok(call()));
    t.is(error.rule, 'admin.clock.backwards');
    t.is(error.status, 422);
    t.like(error.body, { context: { now: start }, fix: [{ tool: 'clock.now' }] });
  }
  t.is((await refused(ok(admin.POST('/clock/advance', { body: { duration: '1d', to: '2027-01-01T00:00:00Z' } })))).status, 400);
  t.is((await refused(ok(admin.POST('/clock/advance', { body: { duration: '999999d' } })))).status, 400, 'beyond the year 2999');
  t.is((await refused(ok(admin.POST('/clock/freeze', { body: { at: '9999-12-31T23:59:59-14:00' } })))).status, 400);
  const dry = await stack.fetch('crm', '/bss-api/admin/v1/clock/advance', { method: 'POST', body: '{"duration":"1d"}', headers: { 'Content-Type': 'application/json', Prefer: 'dry-run' } }, 'cli');
  t.deepEqual(await dry.json(), { allowed: true, violations: [] });
  t.is((await ok(admin.GET('/clock'))).now, start);
  t.deepEqual((await stack.events()).map(({ type, aggregateId }) => [type, aggregateId]), Array(3).fill(['policy.refused', 'admin.clock.backwards']));
});

test('only an admin moves the clock, everybody of the staff reads it', async (t) => {
  const stack = await startStack(t, { services: ['crm'], at: start });
  t.is((await refused(ok(stack.as('default').admin('crm').POST('/clock/unfreeze', {})))).rule, 'auth.role.insufficient');
  t.is((await ok(stack.as('portal_csr').admin('crm').GET('/clock'))).now, start);
  t.is((await refused(ok(stack.as('portal_self_serve').admin('crm').GET('/clock')))).rule, 'auth.role.insufficient');
});

test('a sweep of another service, or of none, is not found', async (t) => {
  const stack = await startStack(t, { services: ['catalog'], at: start });
  const sweep = (name: string) => stack.fetch('catalog', `/bss-api/admin/v1/sweep/${name}`, { method: 'POST' }, 'cli');
  t.is((await sweep('vas_expiry')).status, 404);
  t.is((await sweep('nonsense')).status, 404);
});

test('a sweep is run at once by the service it belongs to, and only by an admin', async (t) => {
  const stack = await startStack(t, { services: ['subscription'], at: start });
  const run = (headers: Record<string, string> = {}, identity = 'cli') => stack.fetch('subscription', '/bss-api/admin/v1/sweep/vas_expiry', { method: 'POST', headers }, identity);
  const done = await run();
  t.is(done.status, 200);
  t.like(await done.json(), { id: 'vas_expiry', '@type': 'SweepRun', name: 'vas_expiry', now: start, examined: 0, changed: 0, failed: 0 });
  t.deepEqual(await (await run({ Prefer: 'dry-run' })).json(), { allowed: true, violations: [] });
  t.is((await run({}, 'portal_csr')).status, 403);
});

test('a duration is read part by part', (t) => {
  for (const [text, ms] of [['30d', 30 * dayMs], ['1h 15m', 4_500_000], ['1d2h3m4s', 93_784_000], ['-1d', -dayMs], ['0s', 0]] as const) t.is(durationMs(text), ms, text);
});

interface Process {
  readonly clock: Clock;
  readonly shared: SharedClock;
  readonly database: Database;
}

function processOn(clone: ClonedDatabase): Process {
  const clock = new Clock();
  const database = new Database({ url: clone.urlOf('platform'), service: 'platform', clock });
  return { clock, database, shared: new SharedClock(database, clock) };
}

async function twoProcesses(story: (one: Process, two: Process) => Promise<void>): Promise<void> {
  const clone = await cloneDatabase();
  const processes = [processOn(clone), processOn(clone)] as const;
  try {
    await Promise.all(processes.map(({ shared }) => shared.take()));
    await story(...processes);
  } finally {
    await Promise.all(processes.map(({ database }) => database.close()));
    await clone.drop();
  }
}

test('a process takes the stored time at its start and follows what others do to it', async (t) => {
  await twoProcesses(async (one, two) => {
    const at = new Date('2030-01-01T00:00:00Z');
    await one.shared.freeze(at);
    const follower = two.shared.follower(loggerOf('test', 'silent'));
    follower.start();
    for (let i = 0; i < 200 && two.clock.now().getTime() !== at.getTime(); i += 1) await sleep(10);
    await follower.stop();
    t.is(isoTime(two.clock.now()), '2030-01-01T00:00:00.000Z');
    // One has not looked since: its change must build on what Two did.
    await two.shared.arrive({ fromMs: at.getTime(), goalMs: at.getTime() + dayMs });
    await one.shared.freeze(null);
    t.is(isoTime(one.clock.now()), '2030-01-02T00:00:00.000Z');
  });
});

test('two changes at once both count', async (t) => {
  await twoProcesses(async (one, two) => {
    await one.shared.freeze(new Date('2030-01-01T00:00:00Z'));
    await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? one : two).shared.freeze(null)));
    t.is(isoTime(two.clock.now()), '2030-01-01T00:00:00.000Z');
  });
});

test('an advance runs what falls due on the way, in order of time, and comes to an end', async (t) => {
  await twoProcesses(async ({ shared, clock }) => {
    await shared.freeze(new Date('2030-01-01T00:00:00Z'));
    const from = clock.now().getTime();
    const sweepOf = (name: Sweep['name'], days: number[]): Sweep => ({
      name, everyMs: 1000,
      due: async () => (days.length > 0 ? new Date(from + days[0]! * dayMs) : null),
      run: async () => ({ examined: 1, changed: days.shift() === undefined ? 0 : 1, failed: 0 }),
    });
    const stuck: Sweep = { name: 'sla', everyMs: 1000, due: async () => new Date(from - dayMs), run: async () => ({ examined: 1, changed: 0, failed: 1 }) };
    const handlers = clockHandlers({ href: (path: string) => path } as Service, shared, [sweepOf('vas_expiry', [1, 3, 40]), sweepOf('quarantine', [2, 3]), stuck]); // the handlers ask for no more of the service
    const call = { params: {}, query: {}, body: { duration: '30d' }, headers: {}, contentType: 'application/json' } as never; // as the host gives it
    const { body } = await handlers['admin.advanceClock'](call);
    t.is(body?.now, '2030-01-31T00:00:00.000Z');
    t.deepEqual(body?.ran?.map(({ name, changed, at }) => [name, changed, at?.slice(0, 10)]), [
      ['sla', 0, '2030-01-01'], ['vas_expiry', 1, '2030-01-02'], ['quarantine', 1, '2030-01-03'], ['vas_expiry', 1, '2030-01-04'], ['quarantine', 1, '2030-01-04'],
    ]);
  });
});

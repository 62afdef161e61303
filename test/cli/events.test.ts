import { spawn } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';
import { deviations, heroEvents, macros, tally } from '#cli/demo/expected-events';
import { eventsOf } from '#cli/demo/own-events';
import { eventCatalogue } from '#generated/events';
import { sleep } from '#runtime/clock';
import { projectFolder } from '#runtime/home';
import { event } from './cards.ts';
import { ScriptedStack, type Reply, type Seen } from './scripted-stack.ts';

const path = 'GET /bss-api/audit/v1/event';
const clock: Reply = { body: { now: '2026-11-22T09:15:00.000Z' } };
const id = (n: number): string => `019aa9c0-0000-7000-8000-${String(n).padStart(12, '0')}`;
const numbered = (n: number) => ({ ...event('ada'), id: id(n), eventId: id(n), aggregateSeq: n });

/** A ledger of some events that answers like the audit API: newest first, or oldest first after a cursor. */
const ledger = (count: () => number) => ({ query }: Seen): Reply => {
  const all = Array.from({ length: count() }, (_, index) => numbered(index + 1));
  const after = query.get('after');
  const limit = Number(query.get('limit') ?? 100);
  if (after === null && query.get('since') === null) return { body: all.toReversed().slice(0, limit) };
  return { body: all.filter(({ eventId }) => after === null || eventId > after).slice(0, limit) };
};

test('the newest events stand last', async (t) => {
  const stack = await ScriptedStack.start(t, { [path]: ledger(() => 5) });
  const { code, stdout } = await stack.bss(['events', 'list', 'SUB-009', '--limit', '2', '--plain', '--fields', 'aggregateSeq']);
  t.is(code, 0);
  t.is(stdout, '4\n5\n');
  t.is(stack.seen[0]?.query.get('aggregateId'), 'SUB-009');
  t.is((await stack.bss(['events', 'list', '--limit', '2', '--offset', '1', '--plain', '--fields', 'aggregateSeq'])).stdout, '3\n4\n');
});

test('--all reads the ledger from its beginning, page by page', async (t) => {
  const stack = await ScriptedStack.start(t, { [path]: ledger(() => 1234) });
  const { stdout } = await stack.bss(['events', 'list', '--all', '--quiet']);
  t.is(stdout.trimEnd().split('\n').length, 1234);
  t.is(stack.seen.length, 3);
});

test('filters are named in the card', async (t) => {
  const stack = await ScriptedStack.start(t, { [path]: ledger(() => 1) });
  const { stdout } = await stack.bss(['events', 'list', 'SUB-009', '--type', 'subscription.*', '--kind', 'subscription', '--since', '2026-11-22']);
  t.regex(stdout, /^\+- Events -+ 1 - filter SUB-009 subscription\.\* -\n\| 2026-11-22\n\| 09:15:02\.114 {2}subscription\.vas_purchased {4}SUB-009 {4}llm\/ada {2}trace 4825\.\.\n$/);
  t.like(Object.fromEntries(stack.seen[0]?.query ?? []), { eventType: 'subscription.*', aggregateType: 'subscription', since: '2026-11-22T00:00:00.000Z' });
  t.is((await stack.bss(['events', 'list', '--since', 'yesterday'])).code, 2);
});

test('each day stands above its events, and the longest type sets the column', async (t) => {
  const days = [numbered(1), { ...numbered(2), eventType: 'subscription.plan_change_cancelled' }, { ...numbered(3), occurredAt: '2026-12-22T09:15:02.114Z' }];
  const stack = await ScriptedStack.start(t, { [path]: { body: days.toReversed() } });
  t.regex((await stack.bss(['events', 'list'])).stdout, new RegExp([
    '- 3 -', '\\| 2026-11-22', '\\| 09:15:02\\.114  subscription\\.vas_purchased {10}SUB-009 .+', '\\| 09:15:02\\.114  subscription\\.plan_change_cancelled  SUB-009 .+',
    '\\| 2026-12-22', '\\| 09:15:02\\.114  subscription\\.vas_purchased {10}SUB-009 .+', '$',
  ].join('\n')));
  t.regex((await stack.bss(['events', 'list', '--plain'])).stdout, /\n2026-12-22 09:15:02\.114\tsubscription\.vas_purchased\t/);
});

test('tail shows the last events, each new one once, and ends quietly on Ctrl-C', async (t) => {
  let count = 3;
  let broken = false;
  const answer = ledger(() => count);
  const stack = await ScriptedStack.start(t, {
    [path]: (seen: Seen) => (broken ? { status: 503, body: { code: 'UNAVAILABLE', reason: 'UNAVAILABLE', message: 'later', status: '503', '@type': 'Error' } } : answer(seen)),
    'GET /bss-api/admin/v1/clock': clock,
  });
  const child = spawn(process.execPath, [join(projectFolder, 'cli', 'main.ts'), 'events', 'tail', '--last', '2', '--plain', '--fields', 'aggregateSeq'], {
    env: { PATH: process.env['PATH'], BSS_HOME: stack.home, USER: 'ada', LANG: 'C' },
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (part) => { text.stdout += String(part); });
  child.stderr.on('data', (part) => { text.stderr += String(part); });
  const until = async (wanted: string): Promise<void> => {
    for (let tries = 0; text.stdout !== wanted && tries < 200; tries++) await sleep(50);
    t.is(text.stdout, wanted);
  };
  await until('2\n3\n');
  t.is(stack.seen[0]?.path, '/bss-api/admin/v1/clock', 'of a ledger that was empty, what happens while it is read is shown');
  count = 4;
  await until('2\n3\n4\n');
  broken = true;
  await sleep(600);
  broken = false;
  count = 6;
  await until('2\n3\n4\n5\n6\n');
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  child.kill('SIGINT');
  t.is(await ended, 130);
  t.is(text.stderr, '');
  t.is(text.stdout, '2\n3\n4\n5\n6\n');
});

test('the hero scenario expects exactly these events', (t) => {
  t.is(macros.CUST.length, 5);
  t.is(macros.ORDER.length, 40);
  t.is([...heroEvents.values()].reduce((sum, count) => sum + count, 0), 5 + 40 + 3 * 5 + (2 + 12) + 4 + 6 + (1 + 12));
  const known: readonly string[] = Object.keys(eventCatalogue);
  t.deepEqual([...heroEvents.keys()].filter((type) => !known.includes(type)), []);
});

test('an event that is missing and one that is too much are both told', (t) => {
  const found = tally([...macros.CUST.slice(1), 'policy.refused']);
  t.deepEqual(deviations(tally(macros.CUST), found), [
    { type: 'customer.created', expected: 1, found: 0 }, { type: 'policy.refused', expected: 0, found: 1 },
  ]);
  t.deepEqual(deviations(tally(macros.CUST), tally(macros.CUST)), []);
});

test('only the events of one customer count, however they are linked to it', (t) => {
  const of = (aggregateId: string, payload: Record<string, unknown>) => ({ ...event('ada'), aggregateId, payload });
  const own = [of('CUST-001', {}), of('ORD-001', { customerId: 'CUST-001', orderId: 'ORD-001' }), of('SO-001', { orderId: 'ORD-001' }), of('PTK-001', { serviceOrderId: 'SO-001' })];
  const others = [of('CUST-002', {}), of('PTK-002', { serviceOrderId: 'SO-002' }), of('SO-001', { orderId: 'ORD-001', customerId: 'CUST-002' })];
  t.deepEqual(eventsOf('CUST-001', [others[0]!, own[3]!, own[2]!, others[1]!, own[1]!, own[0]!, others[2]!]), [own[3], own[2], own[1], own[0]] as never);
});

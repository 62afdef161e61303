import test from 'ava';
import { checkInvariants } from '#db/invariants';
import { withClient } from '#db/migrate';
import { cloneDatabase } from '#db/template';
import { ok } from '#runtime/client';
import { Clock, sleep } from '#runtime/clock';
import { randomBelow } from '#runtime/ids';
import { kill, rows, settled, start } from '../support/killable.ts';
import { customer, ended, placeOrder } from '../support/story.ts';

const lines = 6;
/** Ahead of whatever day it is: the clock does not go back. */
const months = ['2047-02-28', '2047-03-31', '2047-04-30', '2047-05-31', '2047-06-30'];
/** About as long as these renewals take, so that every moment of them is hit. */
const killWithinMs = 300;

test('kill -9 in the middle of renewals: every boundary is charged once, and its period begins', async (t) => {
  t.timeout(180_000);
  const clone = await cloneDatabase();
  t.teardown(() => clone.drop());
  let child = await start(clone);
  t.teardown(() => kill(child));
  const admin = () => child.clients.admin('subscription');
  await ok(admin().POST('/clock/freeze', { body: { at: '2047-01-31T02:00:00Z' } }));
  const stack = { clients: child.clients, clock: new Clock() } as Parameters<typeof customer>[0]; // the blocks used here need no more
  for (let i = 0; i < lines; i += 1) {
    const { id = '' } = await placeOrder(stack, await customer(stack), i % 2 ? 'PLAN_M' : 'PLAN_S');
    t.is(await ended(stack, id), 'completed');
  }
  await settled(clone);
  for (const [i, day] of months.entries()) {
    await ok(admin().POST('/clock/freeze', { body: { at: `${day}T02:00:00Z` } }));
    const dying = ok(admin().POST('/sweep/{name}', { params: { path: { name: 'renewal' } } })).catch(() => null);
    await sleep(randomBelow(killWithinMs));
    await kill(child);
    await dying;
    child = await start(clone);
    await ok(admin().POST('/sweep/{name}', { params: { path: { name: 'renewal' } } }));
    await settled(clone);
    const states = await rows(clone, `SELECT state, to_char(period_start AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS start, count(*)::int AS n FROM subscription.subscription GROUP BY 1, 2`);
    t.deepEqual(states, [{ state: 'active', start: day, n: lines }]);
    const charged = await rows(clone, "SELECT count(*)::int AS n FROM payment.payment WHERE purpose = 'renewal' AND status = 'captured'");
    t.deepEqual(charged, [{ n: lines * (i + 1) }]);
  }
  t.deepEqual(await rows(clone, 'SELECT state, count(*)::int AS n FROM subscription.renewal GROUP BY 1'), [{ state: 'captured', n: lines * months.length }]);
  t.deepEqual(await rows(clone, "SELECT event_type FROM audit.domain_event WHERE event_type IN ('subscription.blocked', 'payment.denied')"), []);
  t.deepEqual(await withClient(clone.url, (client) => checkInvariants(client)), []);
});

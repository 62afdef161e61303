import test from 'ava';
import { chainsOf, deviations, heroChains, macros, tally } from '#cli/demo/expected-events';
import { startStack } from '../support/stack.ts';
import { charged, customer, line, lineOf, megabytesLeft, topUp, unexpected, use } from '../support/story.ts';

test('H1: a line is used up, is blocked with the last byte, and a top-up brings it back', async (t) => {
  const stack = await startStack(t);
  const bought = await line(stack, await customer(stack));
  t.is(bought.state, 'active');
  t.deepEqual(bought.balances.map(({ allowance, remaining }) => [allowance, remaining]).toSorted(), [['data', 5120 * 1_048_576], ['sms', 100], ['voice', 6000]]);

  await use(stack, bought.msisdn, 4096);
  const lower = await lineOf(stack, bought.id);
  t.is(lower.state, 'active');
  t.is(megabytesLeft(lower), 1024);

  await use(stack, bought.msisdn, 1024);
  const empty = await lineOf(stack, bought.id);
  t.is(empty.state, 'blocked');
  t.is(empty.blockReason, 'exhausted');
  t.is(megabytesLeft(empty), 0);
  const inOneTransaction = await stack.sql<{ n: number }>(
    `SELECT count(DISTINCT occurred_at)::int AS n FROM (SELECT occurred_at, event_type FROM audit.domain_event WHERE aggregate_id = $1
     AND event_type IN ('subscription.usage_applied', 'subscription.exhausted', 'subscription.blocked') ORDER BY position DESC LIMIT 3) e`, [bought.id]);
  t.is(inOneTransaction[0]?.n, 1);
  t.is((await facing(stack, bought.id)), 'inactive');

  const late = await use(stack, bought.msisdn, 1);
  t.is(late.status, 'rejected');
  t.is((late as { policyViolation?: { reason?: string } }).policyViolation?.reason, 'usage.apply.line_not_active');

  const first = await topUp(stack, bought.id, 'k');
  const again = await topUp(stack, bought.id, 'k');
  t.deepEqual(again, first);
  await stack.settle();
  const back = await lineOf(stack, bought.id);
  t.is(back.state, 'active');
  t.is(megabytesLeft(back), 1024);
  t.is((await facing(stack, bought.id)), 'active');

  await use(stack, bought.msisdn, 100);
  t.is(megabytesLeft(await lineOf(stack, bought.id)), 924);

  t.deepEqual(await charged(stack), [10, 3]);
  const { CUST, ORDER, USE, BLOCK, LATE, VAS, UNBLOCK } = macros;
  const events = await stack.events();
  t.deepEqual(unexpected(events, [...CUST, ...ORDER, ...USE, ...USE, ...USE, ...BLOCK, ...LATE, ...VAS, ...UNBLOCK]), []);
  t.deepEqual(deviations(heroChains, tally(chainsOf(events))), [], 'what happened to each aggregate is in order');
});

/** State of the customer facing service of a line. */
async function facing(stack: Awaited<ReturnType<typeof startStack>>, subscriptionId: string): Promise<string> {
  const [row] = await stack.sql<{ state: string }>("SELECT state FROM service_inventory.service WHERE subscription_id = $1 AND kind = 'customer_facing'", [subscriptionId]);
  return row?.state ?? 'none';
}

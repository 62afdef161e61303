import fc from 'fast-check';
import test from 'ava';
import { gb, mb, Shop } from './shop.ts';

/** DOMAIN §5 F5.4, F6.1; §8 I3, I4, I20; SCENARIOS H1, N5, roaming. */
let shop: Shop;

test.before(async () => {
  shop = await Shop.open();
});
test.after.always(() => shop?.close());

interface Application {
  readonly consumed: number;
  readonly unratedExcess: number;
  readonly rule: string | null;
}

const applications = (line: string): Promise<Application[]> =>
  shop.service.db.read<Application>('SELECT consumed, unrated_excess, rule FROM subscription.usage_application WHERE subscription_id = $1 ORDER BY consumed DESC', [line]);

test.serial('use draws the balance down, and the line is blocked in the transaction that takes the last of it', async (t) => {
  const line = await shop.activeLine();
  await shop.use(line, 4 * gb);
  t.is(await shop.left(line), gb);
  t.is((await shop.line(line))['state'], 'active');
  await shop.use(line, gb);
  t.is(await shop.left(line), 0);
  t.like(await shop.line(line), { state: 'blocked', blockReason: 'exhausted' });
  t.deepEqual((await shop.events(line)).slice(2), ['subscription.usage_applied', 'subscription.usage_applied', 'subscription.exhausted', 'subscription.blocked']);
  const [applied, exhausted, blocked] = (await shop.eventRows(line)).slice(-3);
  t.like(applied!.payload, { consumed: gb, remaining: 0, unratedExcess: 0, allowance: 'data', subscriptionId: line, customerId: 'CUST-001' });
  t.deepEqual([exhausted!.occurredAt, blocked!.occurredAt], [applied!.occurredAt, applied!.occurredAt]);
  t.like(blocked!.payload, { from: 'active', to: 'blocked', trigger: 'exhaust', reason: 'exhausted' });
  const rows = await shop.query<{ transactions: number }>(
    `SELECT count(DISTINCT xmin)::int AS transactions FROM (SELECT xmin::text FROM subscription.subscription WHERE id = '${line}'
     UNION ALL SELECT xmin::text FROM subscription.bucket WHERE subscription_id = '${line}' AND allowance = 'data'
     UNION ALL (SELECT xmin::text FROM subscription.usage_application WHERE subscription_id = '${line}' ORDER BY applied_at DESC, usage_id DESC LIMIT 1)) x`);
  t.is(rows[0]!.transactions, 1);
});

test.serial('what a blocked line uses is kept and drawn from nothing', async (t) => {
  const line = await shop.activeLine();
  await shop.use(line, 5 * gb);
  const usageId = await shop.use(line, mb);
  t.deepEqual(await applications(line), [
    { consumed: 5 * gb, unratedExcess: 0, rule: null }, { consumed: 0, unratedExcess: mb, rule: 'usage.apply.line_not_active' },
  ]);
  const [rejected] = await shop.eventRows(usageId);
  t.is(rejected!.eventType, 'usage.rejected');
  t.like(rejected!.payload, { usageId, rule: 'usage.apply.line_not_active', unratedExcess: mb, subscriptionId: line, from: 'rated', to: 'rejected' });
});

test.serial('what goes beyond the balance is excess, and told', async (t) => {
  const line = await shop.activeLine();
  await shop.use(line, 6 * gb);
  t.deepEqual(await applications(line), [{ consumed: 5 * gb, unratedExcess: gb, rule: null }]);
  t.deepEqual((await shop.events(line)).slice(2), [
    'subscription.usage_applied', 'subscription.usage_excess', 'subscription.exhausted', 'subscription.blocked',
  ]);
});

test.serial('only a blocking allowance blocks: roaming at zero leaves the line and its home data alone', async (t) => {
  const line = await shop.activeLine('PLAN_M', 25);
  await shop.use(line, 500 * mb, { allowance: 'data_roaming', roaming: true });
  await shop.use(line, 50 * mb, { allowance: 'data_roaming', roaming: true });
  t.is((await shop.line(line))['state'], 'active');
  t.is(await shop.left(line), 30 * gb);
  t.deepEqual((await shop.events(line)).slice(2), ['subscription.usage_applied', 'subscription.usage_applied', 'subscription.usage_excess']);
});

test.serial('an unlimited bucket counts what was used and never ends', async (t) => {
  const line = await shop.activeLine('PLAN_M', 25);
  await shop.use(line, 1_000_000, { allowance: 'voice', unit: 'second' });
  const { body } = await shop.call<{ balances: { allowance: string; remaining: number | null; consumed: number; unlimited: boolean }[] }>(
    'subscription.retrieveBalance', { params: { id: line } });
  t.like(body!.balances.find((one) => one.allowance === 'voice'), { remaining: null, consumed: 1_000_000, unlimited: true });
  t.is((await shop.eventRows(line)).at(-1)!.payload['remaining'], null);
});

test.serial('a use that comes twice is applied once; a recycled one may be applied after a refusal', async (t) => {
  const line = await shop.activeLine();
  const usageId = await shop.use(line, gb);
  await shop.use(line, gb, { usageId });
  t.is(await shop.left(line), 4 * gb);
  await shop.use(line, 4 * gb);
  const refused = await shop.use(line, mb);
  await shop.call('subscription.createVasPurchase', { params: { id: line }, body: { offeringId: 'VAS_DATA_1GB' } });
  await shop.use(line, mb, { usageId: refused });
  t.is(await shop.left(line), gb, 'the same round stays refused');
  await shop.use(line, mb, { usageId: refused, recycleCount: 1 });
  t.is(await shop.left(line), gb - mb);
  await shop.use(line, mb, { usageId: refused, recycleCount: 2 });
  t.is(await shop.left(line), gb - mb, 'an applied use is never applied again');
  t.deepEqual(await shop.events(refused), ['usage.rejected']);
});

const rounds = 50;

test.serial(`one unit left and 64 who want it: one gets it, 63 are recorded, ${rounds} times over`, async (t) => {
  for (let round = 0; round < rounds; round += 1) {
    const line = await shop.activeLine();
    await shop.use(line, 5 * gb - 1);
    await Promise.all(Array.from({ length: 64 }, () => shop.use(line, 1)));
    const rows = (await applications(line)).slice(1);
    t.is(rows.filter((row) => row.consumed === 1 && row.rule === null).length, 1);
    t.is(rows.filter((row) => row.consumed === 0 && row.rule === 'usage.apply.line_not_active').length, 63);
    t.is(await shop.left(line), 0);
    const events = await shop.events(line);
    t.is(events.filter((type) => type === 'subscription.exhausted').length, 1);
    t.is(events.filter((type) => type === 'subscription.blocked').length, 1);
  }
});

test.serial('a top-up racing the last megabytes never leaves a line active at zero or blocked above it', async (t) => {
  for (let round = 0; round < rounds; round += 1) {
    const line = await shop.activeLine();
    await shop.use(line, 5 * gb - mb);
    await Promise.all([
      ...Array.from({ length: 16 }, () => shop.use(line, mb)),
      shop.call('subscription.createVasPurchase', { params: { id: line }, body: { offeringId: 'VAS_DATA_1GB' } }),
      ...Array.from({ length: 16 }, () => shop.use(line, mb)),
    ]);
    const left = await shop.left(line);
    t.is((await shop.line(line))['state'], left > 0 ? 'active' : 'blocked');
    const consumed = (await applications(line)).reduce((sum, row) => sum + row.consumed, 0);
    t.is(consumed + left, 6 * gb);
  }
});

test.serial('whatever is used in whatever order, quantity = consumed + excess, and nothing is lost', async (t) => {
  const uses = fc.array(fc.integer({ min: 1, max: 2 * gb }), { minLength: 1, maxLength: 8 });
  await fc.assert(fc.asyncProperty(uses, fc.boolean(), async (quantities, topUp) => {
    const line = await shop.activeLine();
    if (topUp) await shop.call('subscription.createVasPurchase', { params: { id: line }, body: { offeringId: 'VAS_DATA_1GB' } });
    let left = topUp ? 6 * gb : 5 * gb;
    for (const quantity of quantities) {
      await shop.use(line, quantity);
      left = Math.max(0, left - quantity);
      if ((await shop.left(line)) !== left) return false;
      if ((await shop.line(line))['state'] !== (left === 0 ? 'blocked' : 'active')) return false;
    }
    const rows = await applications(line);
    return rows.reduce((sum, row) => sum + row.consumed + row.unratedExcess, 0) === quantities.reduce((a, b) => a + b, 0);
  }), { numRuns: 15 });
  t.pass();
});

test.serial('a use for a line that is not here yet is delivered again', async (t) => {
  await t.throwsAsync(shop.use('SUB-999', 1), { message: /SUB-999, which is not here/ });
});

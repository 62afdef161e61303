import fc from 'fast-check';
import test from 'ava';
import { anchorOf, boundariesUntil, nextBoundary } from '#handlers/subscription/period';
import { isoTime } from '#runtime/clock';
import { PolicyViolation } from '#runtime/errors';
import { carryOnDue, renewalSweep } from '../../../handlers/subscription/renewal-run.ts';
import { declined, gb, Shop } from './shop.ts';

/** A line lived through whatever comes, beside a model of it that knows no database (DOMAIN §4, §5 F2, F3). */
const zone = 'Asia/Singapore';
const begin = new Date('2026-01-31T02:00:00Z');
const runs = Number(process.env['BSS_MODEL_RUNS'] ?? 12);
const plans = { PLAN_S: { price: 10, data: 5 * gb }, PLAN_M: { price: 25, data: 30 * gb }, PLAN_FREE: { price: 0, data: gb } } as const;
type Plan = keyof typeof plans;

type Step =
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'choose'; readonly plan: Plan }
  | { readonly do: 'card'; readonly works: boolean }
  | { readonly do: 'cancel' | 'renew' | 'exhaust' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 45 * 24 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('choose' as const), plan: fc.constantFrom<Plan>('PLAN_S', 'PLAN_M', 'PLAN_FREE') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('card' as const), works: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'renew' as const, 'exhaust' as const) }) },
);

/** What is expected of the line. */
class Model {
  now = begin;
  plan: Plan = 'PLAN_S';
  pending: { readonly plan: Plan; readonly at: Date } | null = null;
  blockReason: 'exhausted' | 'payment_failed' | null = null;
  start = begin;
  anchor = anchorOf(begin, zone);
  end = nextBoundary(begin, this.anchor, zone);
  cardWorks = true;
  left: number = plans.PLAN_S.data;
  readonly paid: number[] = [];

  /** @returns the rule that refuses; null when it is done */
  take(what: Step): string | null {
    switch (what.do) {
      case 'wait': return this.#wait(what.hours);
      case 'choose': return this.#choose(what.plan);
      case 'card':
        this.cardWorks = what.works;
        if (this.blockReason === 'payment_failed') this.#charge(this.now, true);
        return null;
      case 'cancel':
        if (!this.pending) return 'subscription.plan_change.none_pending';
        this.pending = null;
        return null;
      case 'renew':
        if (this.blockReason !== 'payment_failed') return 'subscription.renew.not_due';
        return this.#charge(this.now, true) ? null : 'subscription.renew.payment_declined';
      case 'exhaust':
        if (this.blockReason === null) [this.left, this.blockReason] = [0, 'exhausted'];
        return null;
    }
  }

  #wait(hours: number): null {
    this.now = new Date(this.now.getTime() + hours * 3_600_000);
    if (this.blockReason === 'payment_failed' || this.end > this.now) return null;
    this.#charge(boundariesUntil(this.end, this.now, this.anchor, zone).at(-1)!, false);
    return null;
  }

  #choose(plan: Plan): string | null {
    if (plan === this.plan) return 'subscription.plan_change.same_offering';
    if (this.pending) return 'subscription.plan_change.already_pending';
    this.pending = { plan, at: this.blockReason === 'payment_failed' && this.end < this.now ? this.now : this.end };
    return null;
  }

  #charge(start: Date, moves: boolean): boolean {
    const due = this.pending && this.pending.at <= start ? this.pending.plan : null;
    const plan = due ?? this.plan;
    if (plans[plan].price > 0 && !this.cardWorks) {
      this.blockReason = 'payment_failed';
      return false;
    }
    this.paid.push(plans[plan].price);
    if (due) this.pending = null;
    if (moves) this.anchor = anchorOf(start, zone);
    [this.plan, this.blockReason, this.left, this.start, this.end] = [plan, null, plans[plan].data, start, nextBoundary(start, this.anchor, zone)];
    return true;
  }
}

/** The same step with the real line. */
async function carryOut(shop: Shop, id: string, what: Step, model: Model): Promise<string | null> {
  shop.clock.freeze(model.now);
  try {
    switch (what.do) {
      case 'wait': await shop.sweep(renewalSweep); break;
      case 'choose': await shop.call('subscription.schedulePlanChange', { params: { id }, body: { offeringId: what.plan } }); break;
      case 'card':
        await shop.deliver('payment_method.default_changed', 'payment_method', 'PM-002', { customerId: 'CUST-001', isDefault: true });
        await shop.as({}, () => carryOnDue(shop.service));
        break;
      case 'cancel': await shop.call('subscription.cancelPlanChange', { params: { id } }); break;
      case 'renew': await shop.call('subscription.renewSubscription', { params: { id } }); break;
      case 'exhaust': if ((await shop.line(id))['state'] === 'active') await shop.use(id, 30 * gb); break;
    }
    return null;
  } catch (error) {
    if (error instanceof PolicyViolation) return error.rule;
    throw error;
  }
}

async function seen(shop: Shop, id: string): Promise<object> {
  const line = await shop.line(id);
  const paid = await shop.query<{ price: number }>(
    `SELECT price_minor::int / 100 AS price FROM subscription.renewal_history h JOIN subscription.renewal r ON r.id = h.renewal_id
     WHERE r.subscription_id = '${id}' AND h.to_state = 'captured' ORDER BY h.id`);
  return {
    plan: line['offeringId'], pending: line['pendingOfferingId'], blockReason: line['blockReason'], start: line['periodStart'], end: line['periodEnd'], anchor: line['anchor'],
    left: await shop.left(id), paid: paid.map(({ price }) => price),
  };
}

const expected = ({ plan, pending, blockReason, start, end, anchor, left, paid }: Model): object =>
  ({ plan, pending: pending?.plan ?? null, blockReason, start, end, anchor, left, paid });

test('whatever comes in whatever order, a line is where its model is, and pays what it owes and no more', async (t) => {
  t.timeout(180_000);
  const shop = await Shop.open();
  t.teardown(() => shop.close());
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
    shop.clock.freeze(begin);
    const id = await shop.activeLine();
    const model = new Model();
    shop.script['POST /bss-api/payment/v1/charge'] = () => (model.cardWorks ? { status: 201, body: { id: 'PAY-002', billId: 'BILL-002' } } : declined);
    try {
      for (const what of steps) {
        const cardBefore = model.cardWorks;
        const refusal = model.take(what);
        t.is(await carryOut(shop, id, what, model), refusal, `${JSON.stringify(what)} with a card that ${cardBefore ? 'works' : 'is declined'}`);
        t.deepEqual(await seen(shop, id), expected(model), `${JSON.stringify(what)} on ${isoTime(model.now)}`);
      }
    } finally {
      await shop.call('subscription.terminateSubscription', { params: { id } }, { serviceIdentity: 'com' });
    }
  }), { numRuns: runs });
});

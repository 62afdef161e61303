import type { Tx } from '#db/database';
import type { DomainEvent } from '#events/consumer';
import { record } from '#events/record';
import { allowanceOf, queueUsage, rateUsage, rejectRating, type RatingFacts } from '#policy/rating';
import type { UsageKind } from '#policy/usage';
import { isoTime } from '#runtime/clock';
import { originOf } from '#runtime/origin';
import type { Allowance, BaseUnit } from '#runtime/quantity';
import type { Service } from '../service.ts';
import { lockRatedUsage, type RatedUsage } from './rated-usage.ts';
import { queueRating, storeRated, storeRejected } from './store.ts';
import type { Tariff, Tariffs } from './tariff.ts';

/** Members of usage.guided that rating goes by. */
interface GuidedUse {
  readonly usageId: string;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly msisdn: string;
  readonly offeringId: string;
  readonly eventType: UsageKind;
  readonly roaming: boolean;
  /** Base units. */
  readonly quantity: number;
  readonly unit: BaseUnit;
  readonly heldAllowances: readonly Allowance[];
  /** UTC instant. */
  readonly eventTime: string;
  readonly recycleCount: number;
}

/**
 * Takes a guided use in, in the transaction of the consumer: decided at once where the tariff is at
 * hand, else kept until the catalog has been asked (DOMAIN §5 F5.3). A round is rated once.
 * @param onQueued called when the catalog has to be asked
 */
export async function takeUse(tx: Tx, service: Service, tariffs: Tariffs, event: DomainEvent, onQueued: () => void): Promise<void> {
  const use = event.payload as unknown as GuidedUse; // handlers/mediation/guiding.ts writes it
  const { usageId, subscriptionId, customerId, msisdn, offeringId, eventType, roaming, quantity, unit, heldAllowances, recycleCount } = use;
  const eventTime = new Date(use.eventTime);
  const queued = await queueRating(tx, queueUsage.permit(tx), {
    usageId, subscriptionId, customerId, msisdn, offeringId, eventType, roaming, quantity, unit, heldAllowances, recycleCount, eventTime,
    ...originOf(), nextRunMs: service.clock.tick(),
  });
  if (!queued) return;
  const tariff = tariffs.kept(offeringId, eventTime);
  if (tariff === undefined) tx.afterCommit(onQueued);
  else await decide(tx, queued, tariff, service.clock.now());
}

/**
 * Asks for the tariff of a use and decides it.
 * @throws {Unavailable | RemoteError} the catalog does not answer now; nothing has changed
 */
export async function rateUse(service: Service, tariffs: Tariffs, { usageId, offeringId, eventTime, recycleCount }: RatedUsage): Promise<void> {
  const tariff = await tariffs.ask(offeringId, eventTime);
  await service.db.tx(async (tx) => {
    const current = await lockRatedUsage(tx, usageId);
    if (current?.state === 'pending' && current.recycleCount === recycleCount) await decide(tx, current, tariff, service.clock.now());
  });
}

async function decide(tx: Tx, use: RatedUsage, tariff: Tariff | null, at: Date): Promise<void> {
  const facts = factsOf(use, tariff);
  const [refusal] = rateUsage.check(facts);
  if (refusal) {
    const { rule, message, context, fix } = refusal;
    await storeRejected(tx, rejectRating.permit(tx), use, rule);
    record(tx, 'usage.rejected', use.usageId, {
      ...useEvent(use), allowance: allowanceOf(use.eventType, use.roaming), from: 'guided', to: 'rejected', trigger: 'reject', reason: rule, rule, message, context, fix,
    });
    return;
  }
  const stored = await storeRated(tx, rateUsage.permit(tx, facts), use, allowanceOf(use.eventType, use.roaming), at);
  record(tx, 'usage.rated', use.usageId, { ...useEvent(stored), from: 'guided', to: 'rated', trigger: 'rate', reason: null });
}

const factsOf = ({ usageId, subscriptionId, offeringId, eventType, roaming, eventTime, heldAllowances }: RatedUsage, tariff: Tariff | null): RatingFacts => ({
  usageId, subscriptionId, offeringId, eventType, roaming, eventTime, granted: tariff && tariff.allowances.map(({ allowance }) => allowance), held: heldAllowances,
});

/** What subscription charges by, see handlers/subscription/charge.ts. */
const useEvent = ({ usageId, subscriptionId, customerId, msisdn, offeringId, eventType, roaming, quantity, unit, allowance, eventTime, recycleCount }: RatedUsage) => ({
  usageId, customerId, subscriptionId, msisdn, eventTime: isoTime(eventTime), eventType, quantity, unit, roaming, allowance, offeringId, recycleCount,
});

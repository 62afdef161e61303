import { isoTime } from '#runtime/clock';
import type { Allowance } from '#runtime/quantity';
import { action } from './action.ts';
import { rule } from './rule.ts';
import type { UsageKind } from './usage.ts';

/** Which allowance a use draws from (DOMAIN §3, §5 F5.3). */
export interface RatingFacts {
  readonly usageId?: string;
  readonly subscriptionId?: string;
  readonly offeringId: string;
  readonly eventType: UsageKind;
  readonly roaming: boolean;
  readonly eventTime: Date;
  /** What the plan granted at the moment of use; null = the catalog has no such offering. */
  readonly granted: readonly Allowance[] | null;
  /** Allowances the line holds open buckets of, by a top-up for instance. */
  readonly held: readonly Allowance[];
}

/** Roaming data draws `data_roaming`; other roaming draws the home allowance (DOMAIN §3). */
export const allowanceOf = (eventType: UsageKind, roaming: boolean): Allowance =>
  eventType === 'data' && roaming ? 'data_roaming' : eventType;

const contextOf = ({ usageId, subscriptionId, offeringId, eventType, roaming, eventTime }: RatingFacts): Readonly<Record<string, unknown>> => ({
  usageId, subscriptionId, offeringId, eventType, roaming, eventTime: isoTime(eventTime), allowance: allowanceOf(eventType, roaming),
});

export const noTariff = rule<RatingFacts>({
  code: 'usage.rate.no_tariff',
  title: 'There is no tariff to rate the use by.',
  when: 'the catalog knows no offering with the id of the plan',
  check: ({ granted }) => granted !== null,
  context: contextOf,
  fix: () => [{ hint: 'Put the plan into the catalog, then recycle the record.', tool: 'catalog.list_offerings', args: {} }],
});

export const noAllowance = rule<RatingFacts>({
  code: 'usage.rate.no_allowance',
  title: 'The line has no allowance for this use.',
  when: 'the plan grants nothing of the allowance, and the line holds none of it by a top-up',
  check: ({ granted, held, eventType, roaming }) => {
    const allowance = allowanceOf(eventType, roaming);
    return Boolean(granted?.includes(allowance)) || held.includes(allowance);
  },
  context: contextOf,
  fix: () => [{ hint: 'Buy a top-up that grants it; the next use is drawn from that.', tool: 'catalog.list_vas', args: {} }],
});

export const ratingRules = [noTariff, noAllowance] as const;

/** Decides a use by its tariff. */
export const rateUsage = action('usage.rate', ratingRules);

/** Keeps a verdict of `rateUsage`: the use stays unrated. */
export const rejectRating = action('usage.rate_reject');

/** Keeps a guided use until the catalog has been asked. */
export const queueUsage = action('usage.queue');

/** Takes uses that wait for their tariff. */
export const leaseRating = action('usage.rate_lease');

/** Keeps a claimed use for a later attempt. */
export const postponeRating = action('usage.rate_postpone');

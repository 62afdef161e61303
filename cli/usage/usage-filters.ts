import { ok, where } from '#runtime/client';
import { momentOf } from '../catalog/offerings.ts';
import type { Session } from '../session.ts';

export interface UsageSelection {
  readonly subscription: string | undefined;
  readonly msisdn: string | undefined;
  readonly kind: string | undefined;
  readonly status: string | undefined;
  readonly since: string | undefined;
}

/** TMF630 filters of a usage list. A line is found by its number: usage is reported for numbers. */
export async function usageFilters({ clients }: Session, { subscription, msisdn, kind, status, since }: UsageSelection): Promise<object> {
  const ofLine = subscription === undefined ? undefined : await ok(clients.subscription.GET('/subscription/{id}', { params: { path: { id: subscription } } }));
  const number = msisdn ?? ofLine?.msisdn;
  return where({
    'usageCharacteristic.value': number, usageType: kind, status,
    'usageDate.gte': since === undefined ? (ofLine?.activatedAt ?? undefined) : momentOf(since),
  });
}

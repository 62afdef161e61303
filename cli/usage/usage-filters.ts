import { ok, where } from '#runtime/client';
import { oneOf } from '../choice.ts';
import { momentOf } from '../moment.ts';
import type { Session } from '../session.ts';

const kinds = ['data', 'voice', 'sms'] as const;
const statuses = ['received', 'guided', 'rated', 'billed', 'rejected', 'recycled'] as const;

export interface UsageSelection {
  readonly subscription: string | undefined;
  readonly msisdn: string | undefined;
  readonly kind: string | undefined;
  readonly status: string | undefined;
  readonly since: string | undefined;
}

/** TMF630 filters of a usage list. A line is found by its number: usage is reported for numbers. */
export async function usageFilters({ clients }: Session, { subscription, msisdn, kind, status, since }: UsageSelection): Promise<object> {
  const usageType = kind === undefined ? undefined : oneOf(kind, kinds, '--kind');
  const inState = status === undefined ? undefined : oneOf(status, statuses, '--status');
  const ofLine = subscription === undefined ? undefined : await ok(clients.subscription.GET('/subscription/{id}', { params: { path: { id: subscription } } }));
  const number = msisdn ?? ofLine?.msisdn;
  return where({
    'usageCharacteristic.value': number, usageType, status: inState,
    'usageDate.gte': since === undefined ? (ofLine?.activatedAt ?? undefined) : momentOf(since, '--since'),
  });
}

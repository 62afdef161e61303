/** How a guided record fares with rating and subscription, who tell of it (DOMAIN §5 F5.3–F5.5). */
import type { Tx } from '#db/database';
import type { DomainEvent } from '#events/consumer';
import { usageMachine } from '#policy/usage';
import { isoTime } from '#runtime/clock';
import { PolicyViolation, type Fix } from '#runtime/errors';
import { money, toWireMoney } from '#runtime/money';
import type { Allowance } from '#runtime/quantity';
import type { Document } from '../resource/resource.ts';
import { verdict } from '../resource/verdict.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { moveUsage } from './store.ts';
import { lockUsage, usageEvent, type UsageRow } from './usage.ts';

/** Members of usage.rated, usage.rejected and subscription.usage_applied that count here. */
interface News {
  readonly usageId: string;
  readonly recycleCount: number;
  readonly allowance: Allowance | null;
  readonly from?: string;
  readonly consumed?: number | null;
  readonly unratedExcess?: number | null;
  readonly rule?: string;
  readonly message?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly fix?: readonly Fix[];
}

/**
 * Takes over what became of a record. News of a line and of a record may overtake each other, so each is
 * taken for what it says of the steps before it; what is known already, or of an earlier round, is left.
 */
export async function followUsage(tx: Tx, service: Service, event: DomainEvent): Promise<void> {
  const at = service.clock.now();
  const news = event.payload as unknown as News; // handlers/rating/rating.ts, handlers/subscription/charge.ts and ./rejection.ts write it
  const row = await lockUsage(tx, news.usageId);
  // A record that was rejected before a line was found may have been deleted since.
  if (!row || news.recycleCount < row.recycleCount) return;
  if (event.eventType === 'usage.rejected') return turnAway(tx, row, news, at);
  const rated = await rate(tx, row, news, at);
  if (event.eventType === 'subscription.usage_applied') await bill(tx, service, rated, news, at);
}

/** Rating has told of it. */
async function rate(tx: Tx, row: UsageRow, { allowance }: News, at: Date): Promise<UsageRow> {
  if (row.status !== 'guided') return row;
  const move = usageMachine.move(tx, row.status, 'rate', null, { usageId: row.id });
  return moveUsage(tx, move, row, { allowance }, at);
}

async function bill(tx: Tx, service: Service, row: UsageRow, { consumed = null, unratedExcess = null }: News, at: Date): Promise<void> {
  if (row.status !== 'rated') return;
  const move = usageMachine.move(tx, row.status, 'bill', null, { usageId: row.id });
  const stored = await moveUsage(tx, move, row, { consumed, unratedExcess, document: withRating(service, row, at) }, at);
  recordMove(tx, move, row.id, usageEvent(stored));
}

/** What TMF635 says of rated use, after what the source said of it: the line it was drawn from, and no money, which was paid with the plan (P1). */
function withRating({ config, hrefOf }: Service, { document, subscriptionId }: UsageRow, at: Date): Document {
  const { ratedProductUsage } = document;
  const nothing = toWireMoney(money(0, config.currency));
  const rated = {
    productRef: { id: subscriptionId, href: hrefOf('subscription', `/bss-api/subscription/v1/subscription/${subscriptionId}`), '@referredType': 'Product' },
    ratingDate: isoTime(at), ratingAmountType: 'Total', usageRatingTag: 'Included', isBilled: true, taxIncludedRatingAmount: nothing, taxExcludedRatingAmount: nothing,
  };
  return { ...document, ratedProductUsage: [...(Array.isArray(ratedProductUsage) ? ratedProductUsage : []), rated] };
}

/** Rating or subscription has told of it, or we have ourselves. */
async function turnAway(tx: Tx, row: UsageRow, news: News, at: Date): Promise<void> {
  if (!usageMachine.can(row.status, 'reject')) return;
  const { rule = 'unknown', message = '', context = {}, fix = [], consumed = null, unratedExcess = null } = news;
  const before = news.from === 'rated' ? await rate(tx, row, news, at) : row;
  const move = usageMachine.move(tx, before.status, 'reject', null, { usageId: row.id });
  await moveUsage(tx, move, before, { consumed, unratedExcess, policyViolation: verdict(new PolicyViolation(rule, message, context, fix)) }, at, rule);
}

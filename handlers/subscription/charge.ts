import type { Tx } from '#db/database';
import type { DomainEvent } from '#events/consumer';
import { record } from '#events/record';
import { subscriptionMachine } from '#policy/subscription';
import { applyUsage, refuseUsage } from '#policy/usage';
import type { PolicyViolation } from '#runtime/errors';
import { isoTime, type Clock } from '#runtime/clock';
import type { Allowance, BaseUnit } from '#runtime/quantity';
import { lineEvent } from './event.ts';
import { lockLine, type Line } from './line.ts';
import { storeCharge, storeRefusal, type Charge } from './store-charge.ts';

/** Payload of usage.rated: what to draw, from which line. */
export interface RatedUse {
  readonly usageId: string;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly msisdn: string;
  readonly allowance: Allowance;
  /** Base units. */
  readonly quantity: number;
  readonly unit: BaseUnit;
  readonly roaming: boolean;
  /** UTC instant. */
  readonly eventTime: string;
  /** How often the usage was recycled before; a later round may apply what an earlier one refused. */
  readonly recycleCount: number;
}

/**
 * Draws a rated use from its line, in the transaction of the consumer (DOMAIN §5 F5.4, F6.1): one usage
 * is applied once (I20), however often its event comes.
 * @throws {Error} the line is unknown here: the event is delivered again
 */
export async function chargeUse(tx: Tx, clock: Clock, event: DomainEvent): Promise<void> {
  const use = event.payload as unknown as RatedUse; // handlers/rating/rating.ts writes it
  const line = await lockLine(tx, use.subscriptionId);
  if (!line) throw new Error(`usage ${use.usageId} is for line ${use.subscriptionId}, which is not here`);
  if (await isSettled(tx, use)) return;
  const now = clock.now();
  const facts = { usageId: use.usageId, subscriptionId: line.id, customerId: line.customerId, state: line.state, quantity: use.quantity };
  const [refusal] = applyUsage.check(facts);
  if (refusal) return refuse(tx, line, use, refusal, now);
  const charge = await storeCharge(tx, applyUsage.permit(tx, facts), use, now);
  recordCharge(tx, line, use, charge);
}

/** Applied already, or refused in this round or a later one. */
async function isSettled(tx: Tx, use: RatedUse): Promise<boolean> {
  const row = await tx.one<{ rule: string | null; recycleCount: number }>(
    'SELECT rule, recycle_count FROM subscription.usage_application WHERE usage_id = $1', [use.usageId]);
  return row !== null && (row.rule === null || row.recycleCount >= use.recycleCount);
}

async function refuse(tx: Tx, line: Line, use: RatedUse, refusal: PolicyViolation, now: Date): Promise<void> {
  await storeRefusal(tx, refuseUsage.permit(tx), use, refusal.rule, now);
  record(tx, 'usage.rejected', use.usageId, {
    ...useOf(use), customerId: line.customerId, from: 'rated', to: 'rejected', trigger: 'reject', reason: refusal.rule, rule: refusal.rule,
    consumed: 0, unratedExcess: use.quantity, message: refusal.message, context: refusal.context, fix: refusal.fix,
  });
}

function recordCharge(tx: Tx, line: Line, use: RatedUse, charge: Charge): void {
  const payload = { ...lineEvent(line), ...useOf(use), ...charge };
  record(tx, 'subscription.usage_applied', line.id, payload);
  if (charge.unratedExcess > 0) record(tx, 'subscription.usage_excess', line.id, payload);
  if (charge.blocked) recordExhausted(tx, line, use.allowance);
}

/** The events of the transition `exhaust`, in the transaction that blocked the line. */
export function recordExhausted(tx: Tx, line: Line, allowance: Allowance): void {
  const row = subscriptionMachine.definition.transitions.find((one) => one.trigger === 'exhaust');
  const change = { from: line.state, to: row!.to, trigger: 'exhaust', reason: 'exhausted', blockReason: 'exhausted', allowance, remaining: 0 };
  record(tx, 'subscription.exhausted', line.id, { ...lineEvent(line), ...change });
  record(tx, 'subscription.blocked', line.id, { ...lineEvent(line), ...change });
}

const useOf = ({ usageId, subscriptionId, customerId, msisdn, allowance, quantity, unit, roaming, eventTime, recycleCount }: RatedUse) => ({
  usageId, subscriptionId, customerId, msisdn, allowance, quantity, unit, roaming, eventTime: isoTime(new Date(eventTime)), recycleCount,
});

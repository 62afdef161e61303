import type { Tx } from '#db/database';
import { record } from '#events/record';
import { orderOpen, subscriptionMachine } from '#policy/subscription';
import { violation } from '#policy/rule';
import { requireContext } from '#runtime/context';
import { NotFound } from '#runtime/errors';
import type { IncomingHeaders } from '#runtime/handler';
import { requireMatch } from '../resource/etag.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Service } from '../service.ts';
import { skip } from './due.ts';
import { lineEvent } from './event.ts';
import { lockLine, openOrders, type Line } from './line.ts';
import { cancelMove, changeEvent, moveEvent, pendingOf } from './pending-change.ts';
import { openRenewal } from './renewal.ts';
import { storeEnd } from './store.ts';
import { noteEnded } from './store-pending.ts';

/** The identity of the order saga: an open order stands in the way of everybody but itself. */
const orderSaga = 'com';

/**
 * Ends a line for good (DOMAIN §5 F7.1, F1 "capture denied"). A line that has ended stays as it is.
 * @throws {PolicyViolation} subscription.terminate.order_open, auth.customer.not_owner
 */
export const terminateLine = (service: Service, id: string, reason: string | null, headers: IncomingHeaders): Promise<Line> =>
  service.db.tx(async (tx) => {
    const line = await lockLine(tx, id);
    if (!line) throw new NotFound('subscription', id);
    requireOwner('subscription', id, line.customerId);
    if (line.state === 'terminated') return line;
    requireMatch(headers, line);
    return end(tx, line, reason, service.clock.now());
  });

async function end(tx: Tx, line: Line, reason: string | null, now: Date): Promise<Line> {
  const move = await moveTo(tx, line);
  const stored = await storeEnd(tx, move, line, reason, now);
  await dropPending(tx, line, stored, now);
  const renewal = await openRenewal(tx, line.id);
  // One that is being charged ends when payment has answered: what was taken goes back.
  if (renewal) await skip(tx, stored, renewal, 'terminated', now);
  record(tx, 'subscription.terminated', line.id, { ...lineEvent(stored), from: move.from, to: move.to, trigger: move.trigger, reason });
  return stored;
}

/** A change that waited for a boundary ends with its line. */
async function dropPending(tx: Tx, line: Line, stored: Line, now: Date): Promise<void> {
  const change = pendingOf(line);
  if (!change) return;
  const move = cancelMove(tx, line);
  await noteEnded(tx, move, line, change, 'terminated', now);
  record(tx, 'subscription.plan_change_cancelled', line.id, { ...changeEvent(stored, change, line.offeringId), ...moveEvent(move, 'terminated') });
}

async function moveTo(tx: Tx, line: Line) {
  const ids = { subscriptionId: line.id, customerId: line.customerId };
  const facts = { subscriptionId: line.id, state: line.state };
  const isSaga = requireContext().serviceIdentity === orderSaga;
  if (line.state !== 'pending') {
    // The order of a pending plan change waits for a boundary that will not come: it ends with the change.
    const openOrderIds = isSaga ? [] : await openOrders(tx, line, line.pendingOrderId);
    return subscriptionMachine.move(tx, line.state, 'terminate', { ...facts, openOrderIds }, ids);
  }
  // Its order has not been paid yet: only the order itself may give the line up.
  if (!isSaga) throw violation(orderOpen, { ...facts, openOrderIds: [line.orderId] });
  return subscriptionMachine.move(tx, line.state, 'deny', facts, ids);
}

import { planChangeNonePending } from '#policy/plan-change';
import { keyed, ok } from '#runtime/client';
import { RemoteError } from '#runtime/errors';
import type { Service } from '../service.ts';
import { priceOf } from './price.ts';
import { required, type Work } from './saga.ts';
import { advance, keyOf, unless, type Outcome } from './step.ts';

/** A change waits for its boundary up to a month and its end is told by events; an hourly look is the safety net. */
const lookAgainMs = 3_600_000;

/** An order with action modify has the line change its plan at the next boundary (DOMAIN §5 F2.1). */
export async function scheduleChange({ clients }: Service, work: Work): Promise<Outcome> {
  await ok(clients.subscription.POST('/subscription/{id}/planChange', {
    params: { path: { id: required(work.subscriptionId, 'line') } },
    body: { offeringId: required(work.offeringId, 'offering'), orderId: work.orderId, price: priceOf(work) }, ...keyed(keyOf(work, 'change')),
  }));
  return advance('awaitChange', { move: 'schedule' });
}

/** The renewal carries the change out, a customer or the end of the line drops it (F2.2, §4 "Pending change"). */
export async function awaitChange(service: Service, work: Work): Promise<Outcome> {
  const changeState = work.data.changeState ?? (work.attempts === 0 ? undefined : await changeOf(service, work));
  if (changeState === 'applied') return advance(null, { move: 'complete', data: { changeState } });
  if (changeState === 'cancelled') return advance(null, { move: 'cancel', data: { changeState } });
  return { kind: 'wait', lookAgainMs };
}

/** What the line tells of the change: undefined while it is still to come. */
async function changeOf({ clients }: Service, { subscriptionId, orderId, offeringId }: Work): Promise<Work['data']['changeState']> {
  const line = await ok(clients.subscription.GET('/subscription/{id}', { params: { path: { id: required(subscriptionId, 'line') } } }));
  if (line.pendingChange?.orderId === orderId) return undefined;
  return line.state !== 'terminated' && line.offeringId === offeringId ? 'applied' : 'cancelled';
}

/**
 * Takes back the change of this order, if it has been scheduled.
 * @returns false when a renewal has carried it out already
 * @throws {RemoteError} a renewal is charging for it right now: how that ends decides
 */
export async function withdrawChange(service: Service, work: Work): Promise<boolean> {
  // A call that got no answer may still arrive: after its repetition there is something to take back, or nothing will come.
  if (!work.steps.some(({ name, state }) => name === 'scheduleChange' && state === 'done')) await unless(scheduleChange(service, work));
  const before = await changeOf(service, work);
  if (before !== undefined) return before === 'cancelled';
  const params = { path: { id: required(work.subscriptionId, 'line') }, query: { orderId: work.orderId } };
  try {
    await ok(service.clients.subscription.DELETE('/subscription/{id}/planChange', { params }));
    return true;
  } catch (error) {
    if (!(error instanceof RemoteError && error.rule === planChangeNonePending.code)) throw error;
    return (await changeOf(service, work)) === 'cancelled';
  }
}

import type { Tx } from '#db/database';
import { advanceServiceOrder, serviceOrderMachine } from '#policy/service-order';
import { requireContext } from '#runtime/context';
import type { Answer } from '#runtime/handler';
import { isObject } from '../resource/json.ts';
import { changed, rowToWrite, type AnyCall } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { serviceOrder, type ServiceOrderRow } from './order.ts';
import { recordJeopardy, startUndo } from './progress.ts';
import { advanceOrder } from './store.ts';
import { tasksOf } from './task.ts';
import type { Nudge } from './wish.ts';

/** A merge patch of `state` to failed and of nothing else: whoever placed the order gives it up (DOMAIN §4 "operator fail"). */
export const givesUp = ({ body, contentType }: AnyCall): boolean =>
  contentType !== 'application/json-patch+json' && isObject(body) && body['state'] === 'failed' && Object.keys(body).length === 1;

/**
 * Undoes an add that is open; null where there is nothing to undo, so that the patch is judged like any other.
 * The answer shows the order as it is now; it fails when all is undone.
 */
export async function giveUp(service: Service, nudge: Nudge, call: AnyCall): Promise<Answer<never> | null> {
  const row = await service.db.tx(async (tx) => {
    const order = await rowToWrite(tx, serviceOrder, call);
    if (order.action !== 'add' || serviceOrderMachine.isFinal(order.state)) return null;
    if (order.ending === null) await undo(tx, service, nudge, order);
    return order;
  });
  return row && changed(service, serviceOrder, row);
}

async function undo(tx: Tx, service: Service, nudge: Nudge, order: ServiceOrderRow): Promise<void> {
  const failure = { rule: null, message: `given up by ${requireContext().actor}` };
  if (order.state === 'acknowledged') {
    await advanceOrder(tx, advanceServiceOrder.permit(tx), order.id, { ending: 'failed', failure, nextRunMs: service.clock.tick() });
    return tx.afterCommit(nudge);
  }
  recordJeopardy(tx, order, { ending: 'failed', reason: failure.message });
  await startUndo(tx, service, nudge, order, await tasksOf(tx, order.id), 'failed', failure);
}

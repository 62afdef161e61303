import { DeadlineExceeded, ok } from '#runtime/client';
import { elapsedMs, sleep } from '#runtime/clock';
import { StillUnderWay } from '../failure.ts';
import type { OrderSaga } from '../renderers/saga-step.ts';
import { absentAsNull, type Session } from '../session.ts';
import { orderView } from './order-view.ts';
import { seconds } from '../run/card.ts';
import { SagaScreen } from './saga-screen.ts';

/** States in which an order stays. */
const finalStates = new Set(['completed', 'failed', 'cancelled', 'rejected']);
const pollMs = 80;

/** The order did not come through in time; it goes on without us. */
class OrderPending extends StillUnderWay {
  constructor(orderId: string, state: string, waitedMs: number) {
    super(`${orderId} is still ${state} after ${seconds(waitedMs)} and goes on by itself; \`bss order wait ${orderId}\` waits again, \`bss order show ${orderId}\` tells more.`);
  }
}

/**
 * Looks at the saga every 80 ms until the order is final and tells each step.
 * @returns the final state
 * @throws OrderPending when that takes longer than the deadline
 */
export async function watchOrder({ clients }: Pick<Session, 'clients'>, id: string, deadlineMs: number, tell: (saga: OrderSaga) => void): Promise<string> {
  const begin = elapsedMs();
  for (let state = 'under way'; ; await sleep(pollMs)) {
    try {
      const saga = await absentAsNull(ok(clients.order.GET('/productOrder/{id}/saga', { params: { path: { id } } })));
      state = saga?.orderState ?? (await ok(clients.TMF622.GET('/productOrder/{id}', { params: { path: { id } } }))).state ?? 'acknowledged';
      if (saga) tell(saga);
    } catch (error) {
      // The last look was cut off by the deadline of the whole wait.
      if (!(error instanceof DeadlineExceeded) || elapsedMs() - begin < deadlineMs) throw error;
    }
    if (finalStates.has(state)) return state;
    if (elapsedMs() - begin > deadlineMs) throw new OrderPending(id, state, deadlineMs);
  }
}

/** Follows an order to its end, then shows its card and the card of its line. @returns the exit code: 0 when it is completed */
export async function followOrder(session: Session, id: string): Promise<number> {
  const { output, clients } = session;
  const screen = new SagaScreen(session.asked.context.stderr, output);
  const state = await watchOrder(session, id, session.deadlineMs, (saga) => screen.update(saga)).finally(() => screen.end());
  if (output.scripted) {
    await output.show(await ok(clients.TMF622.GET('/productOrder/{id}', { params: { path: { id } } })));
    return state === 'completed' ? 0 : 1;
  }
  const view = await orderView(session, id);
  await output.show(view);
  const line = view.saga?.subscriptionId;
  if (line) await session.present(await ok(clients.subscription.GET('/subscription/{id}', { params: { path: { id: line } } })));
  return state === 'completed' ? 0 : 1;
}

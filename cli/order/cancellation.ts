import type { components } from '#generated/types/TMF622';
import { DeadlineExceeded, ok } from '#runtime/client';
import { elapsedMs, sleep } from '#runtime/clock';
import { confirm } from '../confirm.ts';
import { remoteFailure, StillUnderWay } from '../failure.ts';
import type { Session } from '../session.ts';

type CancelProductOrder = components['schemas']['CancelProductOrder'];

/** States in which a request to cancel stays (DOMAIN §4 "Cancel request"). */
const finalStates = new Set(['done', 'terminatedWithError']);
const pollMs = 80;

export interface Cancellation {
  readonly orderId: string;
  readonly reason: string | undefined;
  /** Wait for the verdict: whether it was still early enough. */
  readonly wait: boolean;
}

/** `bss order cancel`. @returns the exit code: 4 when it was too late */
export async function cancelOrder(session: Session, { orderId, reason, wait }: Cancellation): Promise<number> {
  await confirm(session, () => Promise.resolve(`Cancel order ${orderId}?`));
  const body = { productOrder: { id: orderId }, ...(reason === undefined ? {} : { cancellationReason: reason }) };
  const call = session.clients.TMF622.POST('/cancelProductOrder', { body, ...session.once });
  if (session.dryRun || !wait) return session.show(call);
  const request = await decided(session, await ok(call));
  await session.present(request);
  return request.state === 'done' ? 0 : tellRule(session, request);
}

/** The request once it is decided. @throws StillUnderWay when that takes longer than the deadline */
async function decided({ clients, deadlineMs }: Session, first: CancelProductOrder): Promise<CancelProductOrder> {
  const { id = '' } = first;
  const begin = elapsedMs();
  for (let request = first; ; await sleep(pollMs)) {
    if (finalStates.has(request.state ?? '')) return request;
    if (elapsedMs() - begin > deadlineMs) throw new StillUnderWay(`${id} is still ${request.state ?? 'under way'}; \`bss order show ${first.productOrder.id}\` tells more.`);
    try {
      request = await ok(clients.TMF622.GET('/cancelProductOrder/{id}', { params: { path: { id } } }));
    } catch (error) {
      // The last look was cut off by the deadline of the whole wait.
      if (!(error instanceof DeadlineExceeded) || elapsedMs() - begin < deadlineMs) throw error;
    }
  }
}

/** The rule of a request that came too late travels as an extension (DOMAIN §1 "Wide intake"). */
function tellRule({ output }: Session, request: CancelProductOrder): Promise<number> {
  const { policyViolation = {} } = request as { policyViolation?: Readonly<Record<string, unknown>> }; // own extension
  return output.fail(remoteFailure(422, { '@type': 'PolicyViolation', ...policyViolation }));
}

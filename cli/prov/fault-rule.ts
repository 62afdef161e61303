import { UsageError } from 'clipanion';
import { confirm } from '../confirm.ts';
import { printList, type Paging } from '../page.ts';
import type { Session } from '../session.ts';

export interface FaultChange {
  readonly on: boolean;
  readonly off: boolean;
  readonly probability: string | undefined;
}

export const listFaults = (session: Session, paging: Paging): Promise<number> => printList(session, paging, {
  title: 'Faults', type: 'FaultRule',
  fetch: (window) => session.clients.provisioning.GET('/faultRule', { params: { query: window } }),
});

/** Switches a fault or changes how often it strikes, once the person agreed. */
export async function changeFault(session: Session, id: string, { on, off, probability }: FaultChange): Promise<number> {
  if (on && off) throw new UsageError('Say --on or --off, not both.');
  if (!on && !off && probability === undefined) throw new UsageError('Say what to change: --on, --off or --probability.');
  const share = probability === undefined ? {} : { probability: Number(probability) };
  if (Number.isNaN(share.probability)) throw new UsageError(`--probability takes a number from 0 to 1; it is "${probability}".`);
  await confirm(session, () => Promise.resolve(`Change fault ${id} of the simulated network?`));
  const body = { ...(on || off ? { enabled: on } : {}), ...share };
  return session.show(session.clients.provisioning.PATCH('/faultRule/{id}', { params: { path: { id } }, body, ...session.once }));
}

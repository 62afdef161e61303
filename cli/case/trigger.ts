import { UsageError } from 'clipanion';
import type { components } from '#generated/types/case';
import { ok } from '#runtime/client';
import type { Session } from '../session.ts';

export type CaseState = components['schemas']['CaseStateName'];
export type CaseTrigger = components['schemas']['CaseTransition']['trigger'];

/** A case is moved to a state; which trigger leads there depends on where it stands. */
const triggers: Readonly<Record<Exclude<CaseState, 'open'>, CaseTrigger | Partial<Record<CaseState, CaseTrigger>>>> = {
  in_progress: { open: 'take', pending_customer: 'resume', resolved: 'reopen' },
  pending_customer: 'await_customer',
  resolved: 'resolve',
  closed: 'close',
};

/**
 * The trigger that leads to a state; where none does, one the service refuses with the legal ones.
 * @throws UsageError for `open`, where a case only begins
 */
export function triggerTo(from: CaseState, to: CaseState): CaseTrigger {
  if (to === 'open') throw new UsageError('A case is open only until it is taken; in_progress reopens one.');
  const found = triggers[to];
  return typeof found === 'string' ? found : (found[from] ?? 'take');
}

/** The way from each state to a closed case (AGENT-AND-CLI §2.3 case.close). */
const closing: Readonly<Record<CaseState, readonly CaseTrigger[]>> = {
  open: ['resolve', 'close'], in_progress: ['resolve', 'close'], pending_customer: ['resume', 'resolve', 'close'], resolved: ['close'], closed: ['close'],
};

export const closingTriggers = (from: CaseState): readonly CaseTrigger[] => closing[from];

export const stateOf = async ({ clients }: Session, id: string): Promise<CaseState> => (await ok(clients.case.GET('/case/{id}', { params: { path: { id } } }))).state;

import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';

export const caseStates = ['open', 'in_progress', 'pending_customer', 'resolved', 'closed'] as const;
export type CaseState = (typeof caseStates)[number];
export type CaseTrigger = 'open' | 'take' | 'await_customer' | 'resume' | 'resolve' | 'reopen' | 'close' | 'cancel';

export interface CaseFacts {
  /** Null while the case has no id yet. */
  readonly caseId: string | null;
  readonly customerId: string | null;
  readonly category: string | null;
  /** Categories of DOMAIN §3. */
  readonly categories: readonly string[];
  /** Its tickets that are not final. */
  readonly openTickets: readonly string[];
  readonly resolutionCode: string | null;
}

/** A case that is to be changed, or to get a note or ticket. */
export interface CaseUpdateFacts {
  readonly caseId: string;
  readonly state: CaseState;
}

export const customerMissing = rule<CaseFacts>({
  code: 'case.open.customer_missing',
  title: 'A case is about a customer.',
  when: 'no customer',
  check: (facts) => facts.customerId !== null,
  context: () => ({ missing: ['customerId'] }),
  fix: () => [{ hint: 'Name the customer in customerId.', tool: 'customer.list' }],
});

export const categoryUnknown = rule<CaseFacts>({
  code: 'case.open.category_unknown',
  title: 'There is no such category of cases.',
  when: 'not in §3',
  check: (facts) => facts.category !== null && facts.categories.includes(facts.category),
  context: (facts) => ({ customerId: facts.customerId, category: facts.category, legal: facts.categories }),
  fix: (facts) => [{ hint: `Use one of ${facts.categories.join(', ')}.` }],
});

export const ticketsOpen = rule<CaseFacts>({
  code: 'case.resolve.tickets_open',
  title: 'Tickets of the case are not done.',
  when: 'ticket not final',
  check: (facts) => facts.openTickets.length === 0,
  context: (facts) => ({ caseId: facts.caseId, ticketIds: facts.openTickets }),
  fix: (facts) => facts.openTickets.map((id) => ({ hint: `Resolve ${id} first.`, tool: 'ticket.resolve', args: { ticket_id: id } })),
});

export const resolutionMissing = rule<CaseFacts>({
  code: 'case.close.resolution_missing',
  title: 'Closing a case needs a resolution code.',
  when: 'no resolution code',
  check: (facts) => facts.resolutionCode !== null,
  context: (facts) => ({ caseId: facts.caseId }),
  fix: () => [{ hint: 'Say how it ended in resolutionCode, such as fixed or not_reproducible.' }],
});

const closedFix = [{ hint: 'Open another case.', tool: 'case.open' }] as const;

export const caseClosed = rule<CaseUpdateFacts>({
  code: 'case.update.case_closed',
  title: 'The case is closed.',
  when: 'case closed',
  check: (facts) => facts.state !== 'closed',
  context: (facts) => ({ caseId: facts.caseId, state: facts.state }),
  fix: () => closedFix,
});

export const ticketCaseClosed = rule<CaseUpdateFacts>({
  code: 'ticket.open.case_closed',
  title: 'The case of the ticket is settled.',
  when: 'case closed, or resolved (I18): for a new ticket and for one that is opened again',
  check: (facts) => facts.state !== 'closed' && facts.state !== 'resolved',
  context: (facts) => ({ caseId: facts.caseId, state: facts.state }),
  fix: (facts) => (facts.state === 'resolved' ? [{ hint: 'Reopen the case first.', tool: 'case.transition', args: { case_id: facts.caseId, to_state: 'in_progress' } }] : closedFix),
});

export const caseMachine = new Machine<'case', CaseState, CaseTrigger, CaseFacts>({
  aggregate: 'case',
  area: 'case',
  states: caseStates,
  final: ['closed'],
  event: () => 'case.state_changed',
  transitions: [
    { from: null, trigger: 'open', to: 'open', guard: [customerMissing, categoryUnknown], events: ['case.opened'] },
    { from: ['open'], trigger: 'take', to: 'in_progress' },
    { from: ['pending_customer'], trigger: 'resume', to: 'in_progress' },
    { from: ['resolved'], trigger: 'reopen', to: 'in_progress' },
    { from: ['in_progress'], trigger: 'await_customer', to: 'pending_customer' },
    { from: ['open', 'in_progress'], trigger: 'resolve', to: 'resolved', guard: [ticketsOpen] },
    { from: ['resolved'], trigger: 'close', to: 'closed', guard: [resolutionMissing] },
    { from: ['open', 'in_progress', 'pending_customer'], trigger: 'cancel', to: 'closed' },
  ],
});

export const changeCase = action<'case.change', CaseUpdateFacts>('case.change', [caseClosed]);
export const noteCase = action<'case.add_note', CaseUpdateFacts>('case.add_note', [caseClosed]);
export const markCaseBreached = action('case.mark_breached');

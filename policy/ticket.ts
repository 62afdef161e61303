import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule, type Context } from './rule.ts';

export const ticketStates = ['acknowledged', 'rejected', 'pending', 'held', 'inProgress', 'cancelled', 'closed', 'resolved'] as const;
export type TicketState = (typeof ticketStates)[number];
export type TicketTrigger = 'create' | 'start' | 'resume' | 'reopen' | 'reject' | 'wait' | 'hold' | 'resolve' | 'close' | 'cancel';

export interface TicketFacts {
  readonly ticketId: string;
  readonly agentId: string | null;
  readonly agentActive: boolean;
  readonly reason: string | null;
  readonly note: string | null;
}

const ids = (facts: TicketFacts): Context => ({ ticketId: facts.ticketId });
const said = (text: string | null): boolean => (text ?? '').trim() !== '';

export const agentInactive = rule<TicketFacts>({
  code: 'ticket.assign.agent_inactive',
  title: 'The agent does not work here at present.',
  when: 'agent not active',
  check: (facts) => facts.agentId === null || facts.agentActive,
  context: (facts) => ({ ...ids(facts), agentId: facts.agentId }),
  fix: () => [{ hint: 'Choose an active agent.', tool: 'agents.list' }],
});

export const agentMissing = rule<TicketFacts>({
  code: 'ticket.start.agent_missing',
  title: 'Nobody works on the ticket.',
  when: 'no agent',
  check: (facts) => facts.agentId !== null,
  context: ids,
  fix: (facts) => [{ hint: 'Assign an agent first.', tool: 'ticket.assign', args: { ticket_id: facts.ticketId } }],
});

export const rejectReasonMissing = rule<TicketFacts>({
  code: 'ticket.reject.reason_missing',
  title: 'Rejecting a ticket needs a reason.',
  when: 'no reason',
  check: (facts) => said(facts.reason),
  context: ids,
  fix: () => [{ hint: 'Say why in statusChangeReason.' }],
});

export const cancelReasonMissing = rule<TicketFacts>({
  code: 'ticket.cancel.reason_missing',
  title: 'Cancelling a ticket needs a reason.',
  when: 'no reason',
  check: (facts) => said(facts.reason),
  context: ids,
  fix: () => [{ hint: 'Say why in statusChangeReason.' }],
});

export const resolveNoteMissing = rule<TicketFacts>({
  code: 'ticket.resolve.note_missing',
  title: 'Resolving a ticket needs a note.',
  when: 'no note',
  check: (facts) => said(facts.note),
  context: ids,
  fix: () => [{ hint: 'Say what was done in a note.' }],
});

const worked: readonly TicketState[] = ['inProgress', 'pending', 'held'];

export const ticketHasEffects = rule<{ readonly ticketId: string; readonly state: TicketState; readonly caseId: string | null }>({
  code: 'ticket.delete.has_effects',
  title: 'Somebody works on the ticket, or it belongs to a case.',
  when: 'records or effects hang on it',
  check: (facts) => facts.caseId === null && !worked.includes(facts.state),
  context: (facts) => ({ ticketId: facts.ticketId, state: facts.state, references: facts.caseId === null ? [] : [`case ${facts.caseId}`] }),
  fix: () => [{ hint: 'Cancel it instead: set status to cancelled with a statusChangeReason.' }],
});

export const ticketMachine = new Machine<'ticket', TicketState, TicketTrigger, TicketFacts>({
  aggregate: 'ticket',
  area: 'ticket',
  states: ticketStates,
  // A resolved ticket counts as final for its case, and may still be reopened or closed.
  final: ['rejected', 'cancelled', 'closed', 'resolved'],
  event: () => 'ticket.status_changed',
  transitions: [
    { from: null, trigger: 'create', to: 'acknowledged', events: ['ticket.created'] },
    { from: ['acknowledged'], trigger: 'start', to: 'inProgress', guard: [agentMissing, agentInactive] },
    { from: ['pending', 'held'], trigger: 'resume', to: 'inProgress' },
    { from: ['resolved'], trigger: 'reopen', to: 'inProgress' },
    { from: ['acknowledged'], trigger: 'reject', to: 'rejected', guard: [rejectReasonMissing] },
    { from: ['inProgress'], trigger: 'wait', to: 'pending', events: ['ticket.information_required'] },
    { from: ['inProgress'], trigger: 'hold', to: 'held' },
    { from: ['inProgress'], trigger: 'resolve', to: 'resolved', guard: [resolveNoteMissing], events: ['ticket.resolved'] },
    { from: ['resolved'], trigger: 'close', to: 'closed' },
    { from: ['acknowledged', 'inProgress', 'pending', 'held'], trigger: 'cancel', to: 'cancelled', guard: [cancelReasonMissing] },
  ],
});

export const assignTicket = action<'ticket.assign', TicketFacts>('ticket.assign', [agentInactive]);
export const changeTicket = action('ticket.change');
export const deleteTicket = action<'ticket.delete', { readonly ticketId: string; readonly state: TicketState; readonly caseId: string | null }>('ticket.delete', [ticketHasEffects]);
export const markTicketBreached = action('ticket.mark_breached');

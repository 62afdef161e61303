import test from 'ava';
import { interactionHasEffects, interactionMachine } from '#policy/interaction';
import {
  agentInactive, agentMissing, cancelReasonMissing, rejectReasonMissing, resolveNoteMissing, ticketHasEffects, ticketMachine, type TicketFacts,
} from '#policy/ticket';
import { holds, walk } from './table.ts';

const facts: TicketFacts = { ticketId: 'TKT-001', agentId: 'AGT-001', agentActive: true, reason: 'no longer needed', note: 'done' };
const ids = { ticketId: 'TKT-001' };

test('a ticket moves exactly as DOMAIN §4 says', (t) => {
  const changed = 'ticket.status_changed';
  walk(t, ticketMachine, [
    ['–', 'create', 'acknowledged', 'ticket.created'],
    ['acknowledged', 'start', 'inProgress', changed], ['pending', 'resume', 'inProgress', changed], ['held', 'resume', 'inProgress', changed], ['resolved', 'reopen', 'inProgress', changed],
    ['acknowledged', 'reject', 'rejected', changed],
    ['inProgress', 'wait', 'pending', 'ticket.information_required'], ['inProgress', 'hold', 'held', changed], ['inProgress', 'resolve', 'resolved', 'ticket.resolved'],
    ['resolved', 'close', 'closed', changed],
    ...['acknowledged', 'inProgress', 'pending', 'held'].map((from) => [from, 'cancel', 'cancelled', changed] as const),
  ], facts);
});

test('an interaction moves exactly as DOMAIN §4 says', (t) => {
  const changed = 'interaction.status_changed';
  walk(t, interactionMachine, [
    ['–', 'create', 'open', 'interaction.created'], ['–', 'log', 'completed', 'interaction.created'],
    ['open', 'start', 'inProgress', changed], ['open', 'complete', 'completed', changed], ['inProgress', 'complete', 'completed', changed],
  ], undefined);
});

test('starting, rejecting, resolving and cancelling a ticket ask their rules', (t) => {
  holds(t, agentMissing, 'ticket.start.agent_missing', facts, { ...facts, agentId: null }, ids);
  holds(t, agentInactive, 'ticket.assign.agent_inactive', facts, { ...facts, agentActive: false }, { ...ids, agentId: 'AGT-001' });
  holds(t, rejectReasonMissing, 'ticket.reject.reason_missing', facts, { ...facts, reason: '' }, ids);
  holds(t, cancelReasonMissing, 'ticket.cancel.reason_missing', facts, { ...facts, reason: null }, ids);
  holds(t, resolveNoteMissing, 'ticket.resolve.note_missing', facts, { ...facts, note: ' ' }, ids);
  t.throws(() => ticketMachine.move({}, 'acknowledged', 'start', { ...facts, agentId: null }));
  t.throws(() => ticketMachine.move({}, 'acknowledged', 'start', { ...facts, agentActive: false }));
  t.throws(() => ticketMachine.move({}, 'acknowledged', 'reject', { ...facts, reason: null }));
  t.throws(() => ticketMachine.move({}, 'inProgress', 'resolve', { ...facts, note: null }));
  t.throws(() => ticketMachine.move({}, 'held', 'cancel', { ...facts, reason: null }));
});

test('what has a history is not deleted', (t) => {
  const ticket = { ticketId: 'TKT-001', state: 'acknowledged', caseId: null } as const;
  holds(t, ticketHasEffects, 'ticket.delete.has_effects', ticket, { ...ticket, state: 'held' }, { ...ids, state: 'held' });
  t.false(ticketHasEffects.check({ ...ticket, caseId: 'CASE-001' }));
  const interaction = { interactionId: 'INT-001', state: 'completed', automatic: true } as const;
  holds(t, interactionHasEffects, 'interaction.delete.has_effects', { ...interaction, automatic: false }, interaction, { interactionId: 'INT-001' });
});

test('a written status asks for the trigger that leads there from where it is', (t) => {
  t.is(ticketMachine.triggerTo('acknowledged', 'inProgress'), 'start');
  t.is(ticketMachine.triggerTo('held', 'inProgress'), 'resume');
  t.is(ticketMachine.triggerTo('resolved', 'inProgress'), 'reopen');
  t.is(interactionMachine.triggerTo('open', 'completed'), 'complete');
  t.like(t.throws(() => ticketMachine.triggerTo('acknowledged', 'closed', { ticketId: 'TKT-001' })), {
    rule: 'ticket.transition.invalid', message: 'The ticket is acknowledged and cannot become closed.',
    context: { ticketId: 'TKT-001', state: 'acknowledged', wanted: 'closed', trigger: null, legal: ['start', 'reject', 'cancel'] },
    fix: [{ hint: 'From acknowledged it can only become inProgress, rejected, cancelled.' }],
  });
  t.like(t.throws(() => interactionMachine.triggerTo('completed', 'open')), { fix: [{ hint: 'State completed is final.' }] });
});

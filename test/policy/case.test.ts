import test from 'ava';
import {
  caseClosed, caseMachine, categoryUnknown, changeCase, customerMissing, noteCase, resolutionMissing, ticketCaseClosed, ticketsOpen, type CaseFacts,
} from '#policy/case';
import { holds, walk } from './table.ts';

const facts: CaseFacts = { caseId: 'CASE-001', customerId: 'CUST-001', category: 'fraud', categories: ['fraud', 'other'], openTickets: [], resolutionCode: 'fixed' };

test('a case moves exactly as DOMAIN §4 says', (t) => {
  const changed = 'case.state_changed';
  walk(t, caseMachine, [
    ['–', 'open', 'open', 'case.opened'],
    ['open', 'take', 'in_progress', changed], ['pending_customer', 'resume', 'in_progress', changed], ['resolved', 'reopen', 'in_progress', changed],
    ['in_progress', 'await_customer', 'pending_customer', changed],
    ['open', 'resolve', 'resolved', changed], ['in_progress', 'resolve', 'resolved', changed], ['resolved', 'close', 'closed', changed],
    ...['open', 'in_progress', 'pending_customer'].map((from) => [from, 'cancel', 'closed', changed] as const),
  ], facts);
});

test('opening, resolving and closing a case ask their rules', (t) => {
  holds(t, customerMissing, 'case.open.customer_missing', facts, { ...facts, customerId: null }, { missing: ['customerId'] });
  holds(t, categoryUnknown, 'case.open.category_unknown', facts, { ...facts, category: 'weather' }, { category: 'weather', legal: ['fraud', 'other'] });
  holds(t, ticketsOpen, 'case.resolve.tickets_open', facts, { ...facts, openTickets: ['TKT-001'] }, { caseId: 'CASE-001', ticketIds: ['TKT-001'] });
  holds(t, resolutionMissing, 'case.close.resolution_missing', facts, { ...facts, resolutionCode: null }, { caseId: 'CASE-001' });
  t.throws(() => caseMachine.move({}, null, 'open', { ...facts, customerId: null }));
  t.throws(() => caseMachine.move({}, null, 'open', { ...facts, category: null }));
  t.throws(() => caseMachine.move({}, 'open', 'resolve', { ...facts, openTickets: ['TKT-001'] }));
  t.throws(() => caseMachine.move({}, 'resolved', 'close', { ...facts, resolutionCode: null }));
  t.notThrows(() => caseMachine.move({}, 'open', 'cancel', { ...facts, openTickets: ['TKT-001'], resolutionCode: null }));
});

test('a closed case takes nothing more', (t) => {
  const closed = { caseId: 'CASE-001', state: 'closed' } as const;
  const resolved = { ...closed, state: 'resolved' } as const;
  const open = { ...closed, state: 'open' } as const;
  holds(t, caseClosed, 'case.update.case_closed', resolved, closed, closed);
  for (const settled of [resolved, closed]) holds(t, ticketCaseClosed, 'ticket.open.case_closed', open, settled, settled);
  t.throws(() => changeCase.permit({}, closed));
  t.throws(() => noteCase.permit({}, closed));
});

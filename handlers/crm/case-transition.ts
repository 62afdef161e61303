import type { RowValues, Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import { caseMachine, markCaseBreached, type CaseTrigger } from '#policy/case';
import type { TicketTrigger } from '#policy/ticket';
import { isoTime } from '#runtime/clock';
import { NotFound } from '#runtime/errors';
import { recordMove } from '../transition.ts';
import { hrefOf } from '../resource/project.ts';
import { lockResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { casePayload, find, lockCase, show } from './case.ts';
import { categories, dueAt } from './sla.ts';
import { moveCase, updateCase, type CaseRow } from './store-case.ts';
import type { TicketRow } from './store-ticket.ts';
import { fire, tickets } from './ticket.ts';

type Routes = Pick<CrmHandlers, 'case.transitionCase' | 'case.transitionTicket'>;

/** Triggers of cases and tickets. */
export function caseTransitionRoutes(service: Service): Routes {
  return {
    async 'case.transitionCase'({ params, body }) {
      return { body: show(service, await service.db.tx(async (tx) => {
        await move(service, tx, await lockCase(tx, params.id), body.trigger, body.reason ?? null, body.resolutionCode ?? null);
        return find(tx, params.id);
      })) };
    },
    async 'case.transitionTicket'({ params, body }) {
      const row = await service.db.tx(async (tx) => {
        const ticket = await lockResource(tx, tickets, params.id);
        if (!ticket) throw new NotFound('troubleTicket', params.id);
        return fire(service, tx, ticket, body.trigger, body.reason ?? null, body.note ?? null);
      });
      const { id, status, customerId, caseId, agentId } = row;
      return { body: { id, href: hrefOf(service, tickets, id), '@type': 'TicketState', status, customerId, caseId, agentId, slaDueAt: isoTime(row.slaDueAt) } };
    },
  };
}

const openTicketsOf = (tx: Tx, caseId: string): Promise<TicketRow[]> =>
  tx.read<TicketRow>(`SELECT * FROM crm.ticket WHERE case_id = $1 AND status IN ('acknowledged', 'inProgress', 'pending', 'held') ORDER BY id FOR UPDATE`, [caseId]);

async function move(service: Service, tx: Tx, row: CaseRow, trigger: CaseTrigger, reason: string | null, resolutionCode: string | null): Promise<void> {
  const at = service.clock.now();
  const open = await openTicketsOf(tx, row.id);
  const code = resolutionCode ?? row.resolutionCode;
  const facts = { caseId: row.id, customerId: row.customerId, category: row.category, categories, openTickets: open.map(({ id }) => id), resolutionCode: code };
  const step = caseMachine.move(tx, row.state, trigger, facts, { caseId: row.id });
  const moved = await moveCase(tx, step, row, { ...waiting(row, step.to, at), resolutionCode: trigger === 'reopen' ? null : code }, reason, at);
  recordMove(tx, step, row.id, casePayload(moved), reason);
  if (trigger === 'cancel') await cancelAll(service, tx, open, reason ?? `case ${row.id} cancelled`);
}

/** Nobody works on a ticket of a case that is off. */
async function cancelAll(service: Service, tx: Tx, open: readonly TicketRow[], reason: string): Promise<void> {
  const cancel: TicketTrigger = 'cancel';
  for (const ticket of open) await fire(service, tx, ticket, cancel, reason, null);
}

/** Time spent waiting for the customer comes on top of the service level (DOMAIN §3). */
function waiting(row: CaseRow, to: string, at: Date): RowValues {
  if (to === 'pending_customer') return { pendingSince: at };
  if (row.pendingSince === null) return {};
  const pendingMs = row.pendingMs + at.getTime() - row.pendingSince.getTime();
  return { pendingSince: null, pendingMs, slaDueAt: new Date(dueAt(row.createdAt, row.category, row.priority).getTime() + pendingMs) };
}

const overdueMax = 100;

/** Sweep sla: cases not done in time are told of once. @returns how many, one batch at most */
export async function breachDueCases(service: Service): Promise<number> {
  return service.db.tx(async (tx) => {
    const at = service.clock.now();
    const due = await tx.read<CaseRow>(
      `SELECT * FROM crm.case WHERE sla_breached_at IS NULL AND state IN ('open', 'in_progress') AND sla_due_at <= $1
       ORDER BY sla_due_at LIMIT $2 FOR UPDATE SKIP LOCKED`, [at, overdueMax]);
    for (const row of due) {
      await updateCase(tx, markCaseBreached.permit(tx), row, { slaBreachedAt: at }, at);
      record(tx, 'case.sla_breached', row.id, casePayload(row));
    }
    return due.length;
  });
}

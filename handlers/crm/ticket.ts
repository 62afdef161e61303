import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import { ticketCaseClosed, type CaseState } from '#policy/case';
import { unknownReference } from '#policy/reference';
import { enforce } from '#policy/rule';
import { assignTicket, changeTicket, deleteTicket, markTicketBreached, ticketMachine, type TicketFacts, type TicketTrigger } from '#policy/ticket';
import { isoTime } from '#runtime/clock';
import { requireContext } from '#runtime/context';
import { listOf } from '../resource/json.ts';
import { recordMove } from '../transition.ts';
import { accept, split } from '../resource/document.ts';
import { extensionsOf } from '../resource/extensions.ts';
import { requireOwner } from '../resource/ownership.ts';
import { namesMember, patched, type Patched } from '../resource/patch.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { changed, created, resourceRoutes, rowToWrite, type ResourceRoutes } from '../resource/routes.ts';
import { nextId } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { namedAgent, namedCustomer } from './party.ts';
import { categoryOf, dueAt, following, levelAfter, priorityOf } from './sla.ts';
import { insertTicket, markBreached, moveTicket, removeTicket, updateTicket, type TicketRow } from './store-ticket.ts';

/** TMF621 troubleTicket (DOMAIN §4 "Trouble ticket"). */
export const tickets: ResourceDefinition<TicketRow> = {
  key: 'TMF621.troubleTicket',
  table: 'crm.ticket',
  columns: {
    status: { column: 'status', type: 'text' },
    severity: { column: 'severity', type: 'text' },
    ticketType: { column: 'ticket_type', type: 'text' },
    slaDueAt: { sql: 'r.sla_due_at', type: 'timestamptz' },
    agentId: { sql: 'r.agent_id', type: 'text' },
    caseId: { sql: 'r.case_id', type: 'text' },
  },
  sortNewest: 'created_at',
  ownerColumn: 'customer_id',
  extensions: extensionsOf('TMF621.troubleTicket'),
  readOnly: ['creationDate', 'statusChange', 'statusChangeDate'],
  mandatory: ['description', 'severity', 'ticketType', 'status', 'creationDate'],
  stateAttribute: 'status',
  touched: (at) => ({ lastUpdate: isoTime(at) }),
  project: (row) => ({ slaDueAt: row.slaDueAt, agentId: row.agentId, caseId: row.caseId }),
  permits: {},
};

const payloadOf = (row: TicketRow): Document =>
  ({ ticketId: row.id, customerId: row.customerId, caseId: row.caseId, agentId: row.agentId, slaDueAt: isoTime(row.slaDueAt) });

type Routes = Pick<CrmHandlers,
  'TMF621.listTroubleTicket' | 'TMF621.createTroubleTicket' | 'TMF621.retrieveTroubleTicket' | 'TMF621.patchTroubleTicket' | 'TMF621.deleteTroubleTicket'>;

export function ticketRoutes(service: Service): Routes {
  const plain: ResourceRoutes = resourceRoutes(service, tickets);
  return {
    'TMF621.listTroubleTicket': plain.list,
    'TMF621.retrieveTroubleTicket': plain.retrieve,
    async 'TMF621.createTroubleTicket'({ body }) {
      const attributes = accept(tickets, body);
      return created(service, tickets, await service.db.tx((tx) => create(service, tx, attributes)));
    },
    async 'TMF621.patchTroubleTicket'(call) {
      const row = await service.db.tx(async (tx) => {
        const current = await rowToWrite(tx, tickets, call);
        const change = await patched(service, tickets, current, call);
        return change ? apply(service, tx, change, namesMember(call, 'statusChangeReason')) : current;
      });
      return changed(service, tickets, row);
    },
    async 'TMF621.deleteTroubleTicket'(call) {
      await service.db.tx(async (tx) => {
        const row = await rowToWrite(tx, tickets, call);
        await removeTicket(tx, deleteTicket.permit(tx, { ticketId: row.id, state: row.status, caseId: row.caseId }), row.id);
        record(tx, 'ticket.deleted', row.id, payloadOf(row));
      });
      return { status: 204 };
    },
  };
}

/** Who a ticket is about, who works on it and which case it belongs to. */
interface Parties {
  readonly customerId: string | null;
  readonly agent: { readonly id: string; readonly active: boolean } | null;
  readonly caseId: string | null;
}

/** @param current case it belongs to already, which may be closed by now */
async function partiesOf(tx: Tx, { relatedParty, relatedEntity }: Document, current: string | null = null): Promise<Parties> {
  const caseId = await namedCase(tx, relatedEntity, current);
  return { customerId: await namedCustomer(tx, 'troubleTicket', relatedParty), agent: await namedAgent(tx, relatedParty), caseId };
}

/** The case a `relatedEntity` names (DOMAIN §9 "TMF carriers"), locked so that nobody resolves it meanwhile. */
async function namedCase(tx: Tx, relatedEntity: unknown, current: string | null): Promise<string | null> {
  const id = listOf(relatedEntity).map((entity) => entity['id']).find((one): one is string => typeof one === 'string' && /^CASE-\d{3,}$/.test(one));
  if (id === undefined || id === current) return id ?? null;
  await requireOpenCase(tx, id);
  return id;
}

/** A settled case has no open tickets (I18). @throws {PolicyViolation} reference.id.unknown, ticket.open.case_closed */
async function requireOpenCase(tx: Tx, id: string): Promise<void> {
  const row = await tx.one<{ state: CaseState; customerId: string }>('SELECT state, customer_id FROM crm.case WHERE id = $1 FOR UPDATE', [id]);
  if (!row) throw unknownReference('case', id, 'case.list');
  requireOwner('case', id, row.customerId);
  enforce([ticketCaseClosed], { caseId: id, state: row.state });
}

async function create(service: Service, tx: Tx, attributes: Document): Promise<TicketRow> {
  const at = service.clock.now();
  const { customerId, agent, caseId } = await partiesOf(tx, attributes);
  const id = await nextId(tx, tickets);
  const facts = { ticketId: id, agentId: agent?.id ?? null, agentActive: agent?.active ?? false, reason: null, note: null };
  enforce(assignTicket.rules, facts);
  const move = ticketMachine.move(tx, null, 'create', facts);
  const priority = priorityOf(String(attributes['severity']));
  const slaDueAt = dueAt(at, categoryOf(String(attributes['ticketType'])), priority);
  const now = isoTime(at);
  const { columns, document } = split(tickets, {
    priority, expectedResolutionDate: isoTime(slaDueAt), ...attributes, creationDate: now, lastUpdate: now, statusChangeDate: now,
    statusChange: [{ status: move.to, changeDate: now }],
  });
  const row = await insertTicket(tx, move, id, { columns: { ...columns, priority, customerId, caseId, agentId: agent?.id ?? null, slaDueAt }, document }, at);
  recordMove(tx, move, id, payloadOf(row));
  return row;
}

/** @param gives the patch speaks of a reason, be it the one that is there already */
async function apply(service: Service, tx: Tx, change: Patched<TicketRow>, gives: boolean): Promise<TicketRow> {
  const { row, after } = change;
  const { customerId, agent, caseId } = await partiesOf(tx, after, row.caseId);
  const reason = gives && typeof after['statusChangeReason'] === 'string' ? after['statusChangeReason'] : null;
  const facts = { ticketId: row.id, agentId: agent?.id ?? null, agentActive: agent?.active ?? false, reason, note: newNote(change) };
  const others = change.changed.filter((name) => name !== 'status');
  let stored = row;
  if (others.length > 0) {
    const permit = row.agentId === facts.agentId ? changeTicket.permit(tx) : assignTicket.permit(tx, facts);
    const level = levelAfter(row, after);
    const follows = following(change.document ?? {}, row, level);
    const columns = { ...change.columns, ...level, status: row.status, customerId, caseId, agentId: facts.agentId };
    stored = await updateTicket(tx, permit, row, { columns, document: { ...change.document, ...follows } }, service.clock.now());
    record(tx, 'ticket.changed', row.id, { ...payloadOf(stored), changed: [...new Set([...others, ...Object.keys(follows)])].sort() });
  }
  return others.length === change.changed.length ? stored : transition(service, tx, stored, ticketMachine.triggerTo(stored.status, String(after['status']), { ticketId: row.id }), facts);
}

/** Fires a trigger by its name; a note becomes part of the ticket. */
export async function fire(service: Service, tx: Tx, row: TicketRow, trigger: TicketTrigger, reason: string | null, note: string | null): Promise<TicketRow> {
  const agent = row.agentId === null ? null : await namedAgent(tx, [{ id: row.agentId, role: 'agent' }]);
  const facts: TicketFacts = { ticketId: row.id, agentId: row.agentId, agentActive: agent?.active ?? false, reason, note };
  const notes = note === null ? {} : { note: [...listOf(row.document['note']), { date: isoTime(service.clock.now()), author: requireContext().actor, text: note }] };
  return transition(service, tx, { ...row, document: { ...row.document, ...notes } }, trigger, facts);
}

/** Text of a note the patch brings. */
function newNote({ before, after }: Patched<TicketRow>): string | null {
  const known = listOf(before['note']).length;
  const text = listOf(after['note']).slice(known).at(-1)?.['text'];
  return typeof text === 'string' ? text : null;
}

async function transition(service: Service, tx: Tx, row: TicketRow, trigger: TicketTrigger, facts: TicketFacts): Promise<TicketRow> {
  const at = service.clock.now();
  if (trigger === 'reopen' && row.caseId !== null) await requireOpenCase(tx, row.caseId);
  const move = ticketMachine.move(tx, row.status, trigger, facts, { ticketId: row.id });
  const now = isoTime(at);
  const step = { status: move.to, changeDate: now, ...(facts.reason === null ? {} : { changeReason: facts.reason }) };
  const columns = pendingTime(row, move.to, at);
  const document = {
    ...whatStays(row, trigger), statusChangeDate: now, lastUpdate: now, statusChange: [...listOf(row.document['statusChange']), step],
    ...(facts.reason === null ? {} : { statusChangeReason: facts.reason }), ...(move.to === 'resolved' ? { resolutionDate: now } : {}),
    ...following(row.document, row, { priority: row.priority, slaDueAt: columns.slaDueAt ?? row.slaDueAt }),
  };
  const moved = await moveTicket(tx, move, row, { columns, document }, facts.reason, at);
  recordMove(tx, move, row.id, { ...payloadOf(moved), note: facts.note }, facts.reason);
  return moved;
}

/** A reason is that of the last change of status, and what is worked on again is not resolved. */
function whatStays({ document }: TicketRow, trigger: TicketTrigger): Document {
  const { statusChangeReason: _last, resolutionDate, ...others } = document;
  return trigger === 'reopen' || resolutionDate === undefined ? others : { ...others, resolutionDate };
}

/** Time spent waiting for the customer comes on top of the service level. */
function pendingTime(row: TicketRow, to: string, at: Date): Partial<TicketRow> {
  if (to === 'pending') return { pendingSince: at };
  if (row.pendingSince === null) return {};
  return { pendingSince: null, slaDueAt: new Date(row.slaDueAt.getTime() + at.getTime() - row.pendingSince.getTime()) };
}

const overdueMax = 100;

/** Sweep sla: tickets not done in time are told once. @returns how many, one batch at most */
export async function breachDue(service: Service): Promise<number> {
  return service.db.tx(async (tx) => {
    const at = service.clock.now();
    const due = await tx.read<TicketRow>(
      `SELECT * FROM crm.ticket WHERE sla_breached_at IS NULL AND status IN ('acknowledged', 'held', 'inProgress') AND sla_due_at <= $1
       ORDER BY sla_due_at LIMIT $2 FOR UPDATE SKIP LOCKED`, [at, overdueMax]);
    for (const row of due) {
      await markBreached(tx, markTicketBreached.permit(tx), row, at);
      record(tx, 'ticket.sla_breached', row.id, payloadOf(row));
    }
    return due.length;
  });
}

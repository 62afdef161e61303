import type { Tx } from '#db/database';
import { record } from '#events/record';
import type { CrmHandlers } from '#generated/stubs/crm';
import type { components } from '#generated/types/case';
import { caseMachine, changeCase, type CaseFacts } from '#policy/case';
import { unknownReference } from '#policy/reference';
import { violation } from '#policy/rule';
import { agentInactive } from '#policy/ticket';
import { isoTime } from '#runtime/clock';
import { NotFound } from '#runtime/errors';
import { formatId } from '#runtime/ids';
import { listed } from '../list.ts';
import { recordMove } from '../transition.ts';
import { etagOf, requireMatch } from '../resource/etag.ts';
import { boundCustomer, requireOwner } from '../resource/ownership.ts';
import { pageOf } from '../resource/page.ts';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import { logInteraction } from './interaction.ts';
import { namedAgent, namedCustomer } from './party.ts';
import { categories, dueAt, type Category } from './sla.ts';
import { insertCase, updateCase, type CaseRow } from './store-case.ts';

type Wire = components['schemas']['Case'];
type Routes = Pick<CrmHandlers, 'case.listCase' | 'case.openCase' | 'case.retrieveCase' | 'case.patchCase'>;

export const casePath = '/bss-api/case/v1/case';

/** A case with the tickets that belong to it. */
export interface ShownCase extends CaseRow {
  readonly ticketIds: readonly string[];
}

const withTickets = `SELECT c.*, array(SELECT t.id FROM crm.ticket t WHERE t.case_id = c.id ORDER BY length(t.id), t.id LIMIT 1000) AS ticket_ids FROM crm.case c`;

/** What customers want settled (DOMAIN §4 "Case"). */
export function caseRoutes(service: Service): Routes {
  return {
    async 'case.listCase'({ query }) {
      const page = pageOf(query, service.config);
      const { where, values } = conditions({ ...query, owner: boundCustomer() ?? undefined });
      const rows = await service.db.read<ShownCase>(
        `${withTickets} WHERE ${where} ORDER BY c.created_at DESC, length(c.id) DESC, c.id DESC LIMIT $${values.length + 1} OFFSET $${values.length + 2}`,
        [...values, page.limit, page.offset]);
      const count = await service.db.one<{ total: number }>(`SELECT count(*) AS total FROM crm.case c WHERE ${where}`, values);
      return listed(query, page, service.href(casePath), rows.map((row) => show(service, row)), count?.total ?? 0);
    },
    async 'case.openCase'({ body }) {
      const row = await service.db.tx((tx) => open(service, tx, body));
      const wire = show(service, { ...row, ticketIds: [] });
      return { status: 201, body: wire, headers: { Location: wire.href } };
    },
    async 'case.retrieveCase'({ params }) {
      const row = await find(service.db, params.id);
      return { body: show(service, row), headers: { ETag: etagOf(row) } };
    },
    async 'case.patchCase'({ params, body, headers }) {
      return { body: show(service, await service.db.tx(async (tx) => {
        const row = await lockCase(tx, params.id);
        requireMatch(headers, row);
        await change(service, tx, row, body);
        return find(tx, params.id);
      })) };
    },
  };
}

interface Filter {
  readonly customerId?: string;
  readonly state?: string;
  readonly category?: string;
  readonly agentId?: string;
  /** The customer the request is bound to; an empty one owns nothing. */
  readonly owner?: string;
}

function conditions({ customerId, state, category, agentId, owner }: Filter): { where: string; values: string[] } {
  const tests = [['c.customer_id', customerId], ['c.state', state], ['c.category', category], ['c.agent_id', agentId], ['c.customer_id', owner]] as const;
  const asked = tests.flatMap(([column, value]) => (value === undefined ? [] : [{ column, value }]));
  return { where: asked.map(({ column }, i) => `${column} = $${i + 1}`).join(' AND ') || 'true', values: asked.map(({ value }) => value) };
}

/** @throws {NotFound}  @throws {PolicyViolation} auth.customer.not_owner */
export async function find(reader: Pick<Tx, 'one'>, id: string): Promise<ShownCase> {
  const row = await reader.one<ShownCase>(`${withTickets} WHERE c.id = $1`, [id]);
  if (!row) throw new NotFound('case', id);
  requireOwner('case', id, row.customerId);
  return row;
}

/** The case, locked: its state, notes and tickets change one at a time. */
export async function lockCase(tx: Tx, id: string): Promise<CaseRow> {
  const row = await tx.one<CaseRow>('SELECT * FROM crm.case WHERE id = $1 FOR UPDATE', [id]);
  if (!row) throw new NotFound('case', id);
  requireOwner('case', id, row.customerId);
  return row;
}

export const casePayload = (row: CaseRow): Document =>
  ({ caseId: row.id, customerId: row.customerId, category: row.category, priority: row.priority, slaDueAt: isoTime(row.slaDueAt) });

async function open(service: Service, tx: Tx, body: components['schemas']['CaseOpen']): Promise<CaseRow> {
  const at = service.clock.now();
  const customerId = await namedCustomer(tx, 'case', body.customerId === undefined ? [] : [{ id: body.customerId, role: 'customer' }]);
  const facts: CaseFacts = { caseId: null, customerId, category: body.category ?? null, categories, openTickets: [], resolutionCode: null };
  const move = caseMachine.move(tx, null, 'open', facts, { customerId });
  // The rules have asked for both.
  const [owner, category] = [customerId!, body.category as Category];
  const priority = body.priority ?? 'normal';
  const number = await tx.one<{ number: number }>(`SELECT nextval('crm.seq_case') AS number`);
  const row = await insertCase(tx, move, {
    id: formatId('CASE', number!.number), customerId: owner, subject: body.subject, description: body.description ?? null, category, priority, slaDueAt: dueAt(at, category, priority),
  }, at);
  recordMove(tx, move, row.id, casePayload(row));
  const customer = await tx.one<{ id: string; name: string }>('SELECT id, name FROM crm.customer WHERE id = $1', [owner]);
  await logInteraction(service, tx, customer!, `case ${row.id} opened`);
  return row;
}

/** Attributes a patch gives another value. */
function changes(row: CaseRow, body: Readonly<Partial<Record<'subject' | 'description' | 'priority' | 'agentId', unknown>>>): Partial<Record<keyof CaseRow, unknown>> {
  return Object.fromEntries((['subject', 'description', 'priority', 'agentId'] as const)
    .flatMap((name) => (body[name] === undefined || body[name] === row[name] ? [] : [[name, body[name]]])));
}

async function change(service: Service, tx: Tx, row: CaseRow, body: Parameters<Routes['case.patchCase']>[0]['body']): Promise<void> {
  const changed = changes(row, body);
  const names = Object.keys(changed).sort();
  if (names.length === 0) return;
  await checkAgent(tx, body.agentId ?? null);
  const permit = changeCase.permit(tx, { caseId: row.id, state: row.state });
  const priority = body.priority ?? row.priority;
  const slaDueAt = new Date(dueAt(row.createdAt, row.category, priority).getTime() + row.pendingMs);
  const stored = await updateCase(tx, permit, row, { ...changed, slaDueAt }, service.clock.now());
  record(tx, 'case.changed', row.id, { ...casePayload(stored), agentId: stored.agentId, changed: names });
}

/** @throws {PolicyViolation} reference.id.unknown; ticket.assign.agent_inactive, which guards cases as well */
async function checkAgent(tx: Tx, agentId: string | null): Promise<void> {
  if (agentId === null) return;
  const agent = await namedAgent(tx, [{ id: agentId, role: 'agent' }]);
  if (!agent) throw unknownReference('agent', agentId, 'agents.list');
  if (!agent.active) throw violation(agentInactive, { ticketId: '', agentId, agentActive: false, reason: null, note: null });
}

export const show = (service: Service, row: ShownCase): Wire => ({
  id: row.id, href: service.href(`${casePath}/${row.id}`), '@type': 'Case', customerId: row.customerId, subject: row.subject, description: row.description,
  category: row.category, priority: row.priority, state: row.state, agentId: row.agentId, resolutionCode: row.resolutionCode, openedAt: isoTime(row.createdAt),
  slaDueAt: isoTime(row.slaDueAt), slaBreachedAt: row.slaBreachedAt ? isoTime(row.slaBreachedAt) : null, ticketIds: [...row.ticketIds],
});

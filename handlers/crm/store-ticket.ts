import { json, type RowValues, type Tx, type Writer } from '#db/database';
import type { Move } from '#policy/machine';
import type { TicketState } from '#policy/ticket';
import type { Permit } from '#runtime/permit';
import type { Document, ResourceRow } from '../resource/resource.ts';
import { keepHistory } from '../transition.ts';
import type { Priority } from './sla.ts';

export interface TicketRow extends ResourceRow {
  readonly status: TicketState;
  readonly severity: string;
  readonly ticketType: string;
  readonly priority: Priority;
  readonly customerId: string | null;
  readonly caseId: string | null;
  readonly agentId: string | null;
  readonly slaDueAt: Date;
  readonly slaBreachedAt: Date | null;
  /** Since when it waits for the customer; that time does not count. */
  readonly pendingSince: Date | null;
}

type TicketMove = Move<string, TicketState>;

export interface TicketValues {
  readonly columns: RowValues;
  readonly document: Document;
}

export async function insertTicket(tx: Tx, move: TicketMove, id: string, { columns, document }: TicketValues, at: Date): Promise<TicketRow> {
  const writer = tx.writer(move.permit);
  const row = await writer.insert<TicketRow>('crm.ticket', { ...columns, id, status: move.to, document: json(document), createdAt: at, updatedAt: at });
  await keepHistory(writer, 'crm.ticket', { ticketId: id }, move, at);
  return row;
}

/** Changes anything but the status. */
export async function updateTicket(tx: Tx, permit: Permit<string>, row: TicketRow, { columns, document }: TicketValues, at: Date): Promise<TicketRow> {
  return update(tx.writer(permit), row, { ...columns, document: json(document) }, at);
}

export async function moveTicket(tx: Tx, move: TicketMove, row: TicketRow, { columns, document }: TicketValues, reason: string | null, at: Date): Promise<TicketRow> {
  const writer = tx.writer(move.permit);
  const moved = await update(writer, row, { ...columns, status: move.to, document: json(document) }, at);
  await keepHistory(writer, 'crm.ticket', { ticketId: row.id }, move, at, reason);
  return moved;
}

/** Notes that a ticket was not done in time, once. */
export async function markBreached(tx: Tx, permit: Permit<string>, row: TicketRow, at: Date): Promise<TicketRow> {
  return update(tx.writer(permit), row, { slaBreachedAt: at }, at);
}

export async function removeTicket(tx: Tx, permit: Permit<string>, id: string): Promise<void> {
  await tx.writer(permit).remove('crm.ticket', { id });
}

async function update(writer: Writer, row: TicketRow, change: RowValues, at: Date): Promise<TicketRow> {
  const [stored] = await writer.update<TicketRow>('crm.ticket', { id: row.id }, { ...change, rev: row.rev + 1, updatedAt: at });
  return stored!;
}

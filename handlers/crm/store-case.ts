import type { RowValues, Tx } from '#db/database';
import type { CaseState } from '#policy/case';
import type { Move } from '#policy/machine';
import type { Permit } from '#runtime/permit';
import { keepHistory } from '../transition.ts';
import type { Category, Priority } from './sla.ts';

export interface CaseRow {
  readonly id: string;
  readonly rev: number;
  readonly customerId: string;
  readonly subject: string;
  readonly description: string | null;
  readonly category: Category;
  readonly priority: Priority;
  readonly state: CaseState;
  readonly agentId: string | null;
  readonly resolutionCode: string | null;
  readonly slaDueAt: Date;
  readonly slaBreachedAt: Date | null;
  /** Since when it waits for the customer. */
  readonly pendingSince: Date | null;
  /** How long it has waited before, in milliseconds. */
  readonly pendingMs: number;
  readonly createdAt: Date;
}

export interface NoteRow {
  readonly id: string;
  readonly caseId: string;
  readonly body: string;
  readonly author: string;
  readonly createdAt: Date;
}

type CaseMove = Move<string, CaseState>;
export type NewCase = Pick<CaseRow, 'id' | 'customerId' | 'subject' | 'description' | 'category' | 'priority' | 'slaDueAt'>;

export async function insertCase(tx: Tx, move: CaseMove, row: NewCase, at: Date): Promise<CaseRow> {
  const writer = tx.writer(move.permit);
  const stored = await writer.insert<CaseRow>('crm.case', { ...row, state: move.to, createdAt: at, updatedAt: at });
  await keepHistory(writer, 'crm.case', { caseId: row.id }, move, at);
  return stored;
}

/** Changes anything but the state. */
export async function updateCase(tx: Tx, permit: Permit<string>, row: CaseRow, change: RowValues, at: Date): Promise<CaseRow> {
  const [stored] = await tx.writer(permit).update<CaseRow>('crm.case', { id: row.id }, { ...change, rev: row.rev + 1, updatedAt: at });
  return stored!;
}

/** Moves a case to its next state together with what goes with it. */
export async function moveCase(tx: Tx, move: CaseMove, row: CaseRow, change: RowValues, reason: string | null, at: Date): Promise<CaseRow> {
  const writer = tx.writer(move.permit);
  const [stored] = await writer.update<CaseRow>('crm.case', { id: row.id }, { ...change, state: move.to, rev: row.rev + 1, updatedAt: at });
  await keepHistory(writer, 'crm.case', { caseId: row.id }, move, at, reason);
  return stored!;
}

export const insertNote = (tx: Tx, permit: Permit<string>, note: NoteRow): Promise<NoteRow> =>
  tx.writer(permit).insert<NoteRow>('crm.case_note', { ...note });

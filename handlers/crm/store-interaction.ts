import { json, type RowValues, type Tx } from '#db/database';
import type { InteractionState } from '#policy/interaction';
import type { Move } from '#policy/machine';
import type { Permit } from '#runtime/permit';
import type { Document, ResourceRow, ResourceValues } from '../resource/resource.ts';
import { keepHistory } from '../transition.ts';

export interface InteractionRow extends ResourceRow {
  readonly customerId: string | null;
  readonly status: InteractionState;
  readonly direction: string;
  readonly reason: string;
  /** A crm write left it behind. */
  readonly automatic: boolean;
}

type InteractionMove = Move<string, InteractionState>;

export interface NewInteraction {
  readonly id: string;
  readonly customerId: string | null;
  readonly automatic: boolean;
  readonly columns: RowValues;
  readonly document: Document;
}

export async function insertInteraction(tx: Tx, move: InteractionMove, { columns, document, ...more }: NewInteraction, at: Date): Promise<InteractionRow> {
  const writer = tx.writer(move.permit);
  const row = await writer.insert<InteractionRow>('crm.interaction', { ...columns, ...more, document: json(document), createdAt: at, updatedAt: at });
  await keepHistory(writer, 'crm.interaction', { interactionId: row.id }, move, at);
  return row;
}

/** Changes anything but the status. */
export async function updateInteraction(tx: Tx, permit: Permit<string>, row: InteractionRow, { columns, document }: ResourceValues, at: Date): Promise<InteractionRow> {
  const [stored] = await tx.writer(permit).update<InteractionRow>('crm.interaction', { id: row.id },
    { ...columns, document: json(document), rev: row.rev + 1, updatedAt: at });
  return stored!;
}

/** @param row the interaction as it is, its document as it is to be */
export async function moveInteraction(tx: Tx, move: InteractionMove, row: InteractionRow, at: Date): Promise<InteractionRow> {
  const writer = tx.writer(move.permit);
  const [stored] = await writer.update<InteractionRow>('crm.interaction', { id: row.id },
    { status: move.to, document: json(row.document), rev: row.rev + 1, updatedAt: at });
  await keepHistory(writer, 'crm.interaction', { interactionId: row.id }, move, at);
  return stored!;
}

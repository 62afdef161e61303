import type { Tx } from '#db/database';
import { usageMachine } from '#policy/usage';
import type { PolicyViolation } from '#runtime/errors';
import { verdict } from '../resource/verdict.ts';
import { recordMove } from '../transition.ts';
import { moveUsage } from './store.ts';
import { usageEvent, type UsageRow } from './usage.ts';

/** Turns a locked record away and tells so; the rule is kept with it. */
export async function rejectUsage(tx: Tx, row: UsageRow, refusal: PolicyViolation, at: Date): Promise<UsageRow> {
  const move = usageMachine.move(tx, row.status, 'reject', null, { usageId: row.id });
  const { rule, message, context, fix } = refusal;
  const stored = await moveUsage(tx, move, row, { policyViolation: verdict(refusal) }, at, rule);
  recordMove(tx, move, row.id, { ...usageEvent(stored), rule, message, context, fix }, rule);
  return stored;
}

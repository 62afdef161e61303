/** Sends bodies with one thing changed: what breaks the schema is 400, everything answers within its document. */
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import type { Operation } from '#runtime/operation';
import type { Asked, Documents, Judged } from './judged.ts';
import { Chance, mutated } from './mutation.ts';
import { SampleBody } from './sample-body.ts';

/** Whether a legal body can be wrong in a way that no schema tells: the query of a hub (TMF630 §4.4), the sum of items. */
const moreThanSchema = ({ key, kind }: Operation): boolean => kind === 'hub-create' || key === 'payment.createZeroCharge';

/**
 * @param toNothing a request that names no row of ours
 * @returns bodies that break the schema and were answered otherwise; other faults are in `judged`
 */
export async function sendNearlyLegal(
  judged: Judged, documents: Documents, toNothing: (row: Operation) => Asked, { perOperation, seed }: { perOperation: number; seed: number },
): Promise<string[]> {
  const chance = new Chance(seed);
  const found: string[] = [];
  for (const row of Object.values<Operation>(operations)) {
    const schema = documents.requestSchema(row.key);
    if (!schema) continue;
    const key = row.key as OperationKey; // a key of the table
    const { request } = await validatorsFor(key);
    const legal = (['minimal', 'full'] as const).map((extent) => new SampleBody(documents.documentOf(key), extent).of(schema));
    for (let i = 0; i < perOperation; i += 1) {
      const { body, what } = mutated(chance.one(legal), chance);
      const { status, body: answer } = await judged.call(key, { ...toNothing(row), body });
      const right = request(body) !== null ? status === 400 : status !== 400 || moreThanSchema(row);
      if (!right) found.push(`${key} ${what}: ${status} ${JSON.stringify(answer)?.slice(0, 200)}`);
    }
  }
  return found;
}

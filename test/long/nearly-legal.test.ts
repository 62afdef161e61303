import test from 'ava';
import type { Operation } from '#runtime/operation';
import { Documents, Judged } from '../contract/judged.ts';
import { sendNearlyLegal } from '../contract/nearly-legal.ts';
import { toNothing } from '../contract/strangers.ts';
import { startStack } from '../support/stack.ts';

const seed = Number(process.env['SEED'] ?? 1);

test('ten thousand bodies with one thing changed are refused exactly where they break the schema, and break nothing', async (t) => {
  t.timeout(30 * 60_000);
  t.log(`SEED=${seed}`);
  const stack = await startStack(t);
  const documents = await Documents.read();
  const judged = new Judged(stack, documents);
  const found = await sendNearlyLegal(judged, documents, (row: Operation) => toNothing(documents, row), { perOperation: 130, seed });
  t.deepEqual(found.slice(0, 20), []);
  t.deepEqual(judged.faults.slice(0, 20), []);
  // A line made by hand waits for a service that no order made: what holds all the same is asked as the stack ends.
  t.true(judged.calls > 10_000, `${judged.calls} calls`);
});

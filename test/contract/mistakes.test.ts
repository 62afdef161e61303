import test, { type ExecutionContext } from 'ava';
import { operations, type OperationKey } from '#generated/operations';
import type { Operation } from '#runtime/operation';
import { startStack } from '../support/stack.ts';
import { Documents, Judged, type Asked } from './judged.ts';
import { sendNearlyLegal } from './nearly-legal.ts';
import type { Json } from './sample-body.ts';
import { bodyOf, toNothing } from './strangers.ts';

/** TMF.md §6: what every operation says to a caller who makes the usual mistakes. */
let documents: Documents;
let judged: Judged;
const ends: (() => unknown)[] = [];
const rows: readonly Operation[] = Object.values<Operation>(operations);
const keyOf = (row: Operation): OperationKey => row.key as OperationKey; // a key of the table

test.before(async () => {
  const stack = await startStack({ teardown: (end: () => unknown) => ends.push(end) } as unknown as ExecutionContext); // no more of a test is asked for
  documents = await Documents.read();
  judged = new Judged(stack, documents);
});

test.after.always(async () => {
  for (const end of ends) await end();
});

const nowhere = (row: Operation): Asked => toNothing(documents, row);

/** Operations whose answer is not `status`, with what came instead. */
async function unlike(of: readonly Operation[], status: number, asked: (row: Operation) => Asked): Promise<string[]> {
  const found: string[] = [];
  for (const row of of) {
    const answered = await judged.call(keyOf(row), asked(row));
    if (answered.status !== status) found.push(`${row.key}: ${answered.status} ${JSON.stringify(answered.body)?.slice(0, 200)}`);
  }
  return found;
}

const withBody = rows.filter(({ mediaTypes }) => mediaTypes.length > 0);

test.serial('an id that names nothing is 404, whatever is asked of it', async (t) => {
  t.deepEqual(await unlike(rows.filter(({ pathParams }) => pathParams.length > 0), 404, nowhere), []);
});

test.serial('a body of another media type is 415', async (t) => {
  const asked = (row: Operation): Asked => ({ ...nowhere(row), body: 'a=1', raw: true, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  t.deepEqual(await unlike(withBody, 415, asked), []);
});

test.serial('what is no JSON is 400', async (t) => {
  t.deepEqual(await unlike(withBody, 400, (row) => ({ ...nowhere(row), body: '{"open": ', raw: true })), []);
});

test.serial('a body that is no object is 400', async (t) => {
  for (const body of [7, 'text', true]) t.deepEqual(await unlike(withBody, 400, (row) => ({ ...nowhere(row), body })), [], JSON.stringify(body));
});

test.serial('a mandatory member that is missing is 400 and named', async (t) => {
  for (const row of withBody) {
    const { body } = bodyOf(documents, row);
    for (const name of Object.keys(body ?? {})) {
      const { [name]: _, ...rest } = body as Readonly<Record<string, Json>>; // it has members
      const answered = await judged.call(keyOf(row), { ...nowhere(row), body: rest });
      t.is(answered.status, 400, `${row.key} without ${name}`);
      t.true(String((answered.body as { message?: string }).message).includes(`/${name}: is required`), `${row.key} without ${name}`);
    }
  }
});

test.serial('a body with one thing changed is 400 exactly where it breaks the schema', async (t) => {
  t.deepEqual(await sendNearlyLegal(judged, documents, nowhere, { perOperation: 4, seed: 20_261_123 }), []);
});

test.serial('nobody gets in without a token', async (t) => {
  t.deepEqual(await unlike(rows, 401, (row) => ({ ...nowhere(row), headers: { 'X-BSS-API-Token': '' } })), []);
});

test.serial('every refusal fits the document of its operation', (t) => {
  t.true(judged.calls > rows.length * 3, `${judged.calls} calls`);
  t.deepEqual(judged.faults, []);
});

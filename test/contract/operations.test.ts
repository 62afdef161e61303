import test, { type ExecutionContext } from 'ava';
import { operations } from '#generated/operations';
import { ok } from '#runtime/client';
import type { Operation } from '#runtime/operation';
import { startStack, type Stack } from '../support/stack.ts';
import { customer, line, topUp, use } from '../support/story.ts';
import { undeclared } from './extensions.ts';
import { Documents, Judged } from './judged.ts';
import { isStored, missingOf, resourceKeyOf } from './mandatory.ts';
import { OwnWalk } from './own-walk.ts';
import { allResources, ResourceWalk } from './resource-walk.ts';
import type { Story } from './seeds.ts';

let stack: Stack;
let documents: Documents;
let judged: Judged;
let story: Story;
const ends: (() => unknown)[] = [];

/** The hero story: what follows meets rows of our own code. */
async function hero(): Promise<Story> {
  const customerId = await customer(stack);
  const bought = await line(stack, customerId);
  for (const megabytes of [4096, 1024, 1]) await use(stack, bought.msisdn, megabytes);
  await topUp(stack, bought.id);
  await stack.settle();
  const payments = await ok(stack.clients.TMF676.GET('/payment', {}));
  const bills = await ok(stack.clients.TMF678.GET('/customerBill', {}));
  return { customerId, subscriptionId: bought.id, paymentId: payments.at(-1)?.id ?? '', billId: bills.at(-1)?.id ?? '' };
}

test.before(async () => {
  // One stack for the file: its end is awaited and checked as that of any story.
  stack = await startStack({ teardown: (end: () => unknown) => ends.push(end) } as unknown as ExecutionContext);
  documents = await Documents.read();
  judged = new Judged(stack, documents);
  story = await hero();
});

test.after.always(async () => {
  for (const end of ends) await end();
});

test.serial('every stored resource takes what its schema allows, gives it back whole, and is read, changed and removed', async (t) => {
  const walk = new ResourceWalk(judged, documents, story);
  for (const resource of allResources) await walk.walk(resource);
  await stack.settle();
  t.deepEqual(walk.faults, []);
});

test.serial('every operation of our own does what it is for', async (t) => {
  t.deepEqual(await new OwnWalk(judged, stack, story).walk(), []);
});

test.serial('every row that was shown has the attributes of its kind, also where our own code wrote it', (t) => {
  const rows = judged.rows.filter(({ key }) => isStored(key));
  t.true(allResources.every(({ key }) => rows.some((one) => resourceKeyOf(one.key) === key)), 'a row of every resource');
  t.deepEqual([...new Set(rows.flatMap(({ key, row }) => missingOf(resourceKeyOf(key), row).map((path) => `${key} ${String(row['id'])} ${path}`)))], []);
});

test.serial('no row has an attribute that neither its document nor our list of extensions knows', (t) => {
  const rows = judged.rows.filter(({ key }) => isStored(key));
  t.deepEqual([...new Set(rows.flatMap(({ key, row }) => undeclared(resourceKeyOf(key), row).map((name) => `${resourceKeyOf(key)} ${name}`)))], []);
});

/** Successes that need what only their own tests can bring about, and where those are. */
const elsewhere: Readonly<Record<string, string>> = {
  'admin.replayHub 200': 'test/handlers/hub: deliveries are given up after a day',
  'admin.listHubDelivery 206': 'test/handlers/hub: a listener must be there to deliver to',
};

test.serial('every operation was reached with each of its successes, and every answer fits its document', (t) => {
  const wanted = Object.values<Operation>(operations).flatMap((row) => Object.keys(row.success).map((status) => ({ row, status, name: `${row.key} ${status}` })));
  const unreached = wanted.filter(({ row, status, name }) => !(name in elsewhere) && !judged.reached.get(row.key)?.has(Number(status))).map(({ name }) => name);
  t.deepEqual(unreached, []);
  t.deepEqual(judged.faults, []);
});

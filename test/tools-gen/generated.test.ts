import test from 'ava';
import { addresses } from '#generated/clients';
import { operations, type OperationKey } from '#generated/operations';
import { tools } from '#generated/tools';
import { validatorsFor } from '#generated/validators';

const keys = Object.keys(operations) as OperationKey[]; // the keys of a record of all of them

test('every operation has validators that refuse an undeclared status', async (t) => {
  t.true(keys.length > 150);
  for (const key of keys) {
    const { response } = await validatorsFor(key);
    const { successStatus, success } = operations[key];
    if (success[successStatus] === null && operations[key].method === 'DELETE') t.is(response(successStatus, undefined), null, key);
    t.truthy(response(299, undefined), key);
  }
});

test('no two operations answer the same request', (t) => {
  const places = keys.flatMap((key) => {
    const { method, path, aliases, service } = operations[key];
    return [path, ...aliases].map((each) => `${service} ${method} ${each.replaceAll(/\{\w+\}/g, '{}')}`);
  });
  t.is(new Set(places).size, places.length);
});

test('an operation lies below the address its client calls, and payments and activations also where other clients look', (t) => {
  for (const key of keys) {
    const { api, path } = operations[key];
    t.true(path.startsWith(`${addresses[api as keyof typeof addresses].basePath}/`), key); // every api has an address
  }
  t.deepEqual(operations['TMF676.listPayment'].aliases, ['/payment/v4/payment']);
  t.deepEqual(operations['TMF640.listMonitor'].aliases, ['/tmf-api/serviceactivationandconfiguration/v4/monitor']);
});

test('a row names a tool only if that tool calls it', (t) => {
  for (const { tool, key } of Object.values(operations)) if (tool) t.is(tools[tool as keyof typeof tools].operation, key as OperationKey); // both are names of the registry and the table
});

test('two commands of bss are never the same words', (t) => {
  const commands = Object.values(operations).flatMap(({ cli }) => (cli ? [cli] : []));
  t.deepEqual(commands.filter((each, index) => commands.indexOf(each) !== index), []);
});

test('a product order is refused for each of its mistakes by pointer', async (t) => {
  const { request } = await validatorsFor('TMF622.createProductOrder');
  t.is(request({ productOrderItem: [{ id: '1', action: 'add', productOffering: { id: 'PLAN_S' } }], relatedParty: [{ id: 'CUST-001', '@referredType': 'Customer' }] }), null);
  t.deepEqual(request({ productOrderItem: [{ action: 'buy' }], requestedStartDate: 'today' })?.map(({ pointer }) => pointer).sort(), [
    '/productOrderItem/0/action', '/productOrderItem/0/id', '/requestedStartDate',
  ]);
  t.deepEqual(request({})?.map(({ pointer }) => pointer), ['/productOrderItem']);
});

import test, { type ExecutionContext } from 'ava';
import { tokenizeCard } from '#cli/card-tokenizer';
import { keyed, ok } from '#runtime/client';
import { sleep } from '#runtime/clock';
import { RemoteError } from '#runtime/errors';
import { startStack, type Stack } from '../../support/stack.ts';
import { customer } from '../../support/story.ts';

/** Payment and billing behind the host, over HTTP: keys, roles, refusals, both base paths (DOMAIN §10, TMF.md §1). */
const services = ['crm', 'payment', 'billing', 'subscription'] as const;

const opened = async (t: ExecutionContext): Promise<{ readonly stack: Stack; readonly customerId: string }> => {
  const stack = await startStack(t, { services: [...services] });
  const customerId = await customer(stack);
  await stack.settle();
  await stack.events();
  return { stack, customerId };
};

/** The identity that sagas call with. */
const saga = (stack: Stack) => stack.as('com').payment;

/** Waits until the gateway has been asked so often; the test's timeout ends a wait in vain. */
async function asked(stack: Stack, attempts: number): Promise<void> {
  const enough = () => stack.sql('SELECT 1 FROM payment.payment WHERE gateway_attempts >= $1', [attempts]);
  while ((await enough()).length === 0) await sleep(20);
}

const sgd = (value: number) => ({ unit: 'SGD', value });

const refusalOf = async (t: ExecutionContext, call: Promise<unknown>): Promise<RemoteError> =>
  (await t.throwsAsync(call, { instanceOf: RemoteError }))!;

test.serial('a charge is answered byte for byte again under its key, and refused with another body', async (t) => {
  const { stack, customerId } = await opened(t);
  const charge = (value: number) => stack.fetch('payment', '/bss-api/payment/v1/charge', {
    method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': 'k' }, body: JSON.stringify({ customerId, amount: sgd(value), purpose: 'vas' }),
  }, 'com');
  const [first, second] = [await charge(3), await charge(3)];
  const body = await first.text();
  t.is(first.status, 201, body);
  t.is(first.headers.get('location'), JSON.parse(body).href);
  t.is(await second.text(), body);
  t.is(second.headers.get('idempotency-replayed'), 'true');
  const other = await charge(4);
  t.is(other.status, 422);
  t.is(((await other.json()) as { reason: string }).reason, 'idempotency.key.reused');
  t.is((await stack.sql('SELECT 1 FROM payment.payment')).length, 1);
});

test.serial('a declined charge is one refusal with the denied payment in it, however often it is asked', async (t) => {
  const { stack } = await opened(t);
  const customerId = await customer(stack, '4000000000000002');
  await stack.settle();
  await stack.events();
  const ask = () => refusalOf(t, ok(saga(stack).POST('/authorization', { body: { customerId, amount: sgd(10), purpose: 'activation' }, ...keyed('ORD-001:auth') })));
  const refusal = await ask();
  t.is(refusal.status, 422);
  t.is(refusal.rule, 'payment.charge.declined');
  t.true(refusal.final);
  const { paymentId } = refusal.body['context'] as { paymentId: string };
  t.is((await ok(stack.clients.TMF676.GET('/payment/{id}', { params: { path: { id: paymentId } } }))).status, 'denied');
  t.deepEqual((await ask()).body, refusal.body);
  const told = (await stack.events()).map(({ type }) => type);
  t.deepEqual(told.filter((type) => type.startsWith('payment.')), ['payment.created', 'payment.denied']);
});

test.serial('who may not charge or give back is told so, and nothing happens', async (t) => {
  const { stack, customerId } = await opened(t);
  const shop = stack.as('portal_self_serve');
  const { id, href = '' } = await ok(saga(stack).POST('/charge', { body: { customerId, amount: sgd(25), purpose: 'renewal' } }));
  const refund = { account: { id: 'x' }, paymentMethod: {}, payment: { id }, totalAmount: sgd(10), description: 'by customer' };
  const own = { headers: { 'X-BSS-On-Behalf-Of': customerId } };
  for (const call of [
    ok(shop.payment.POST('/charge', { body: { customerId, amount: sgd(3), purpose: 'vas' }, ...own })), ok(shop.TMF676.POST('/refund', { body: refund, ...own })),
  ]) {
    const refusal = await refusalOf(t, call);
    t.is(refusal.status, 403);
    t.is(refusal.rule, 'auth.role.insufficient');
  }
  t.is((await ok(shop.TMF676.GET('/payment/{id}', { params: { path: { id } }, ...own }))).href, href);
  t.is((await ok(stack.as('portal_csr').TMF676.POST('/refund', { body: refund }))).status, 'done');
  t.is((await stack.sql('SELECT 1 FROM payment.refund')).length, 1);
});

test.serial('text that no database takes is refused with its place', async (t) => {
  const { stack, customerId } = await opened(t);
  const body = String.raw`{"customerId":"${customerId}","amount":{"unit":"SGD","value":3},"purpose":"vas","description":"half \ud800"}`;
  const answer = await stack.fetch('payment', '/bss-api/payment/v1/charge', { method: 'POST', headers: { 'content-type': 'application/json' }, body }, 'com');
  t.is(answer.status, 400);
  t.regex(await answer.text(), /\/description: has characters that cannot be stored/);
});

test.serial('a card number in the place of a token ends up nowhere', async (t) => {
  const { stack, customerId } = await opened(t);
  const { token: _token, ...card } = tokenizeCard('4242424242424242');
  const refusal = await refusalOf(t, ok(stack.as('cli').payment.POST('/paymentMethod', { body: { customerId, ...card, token: '4242424242424242' }, ...keyed('card') })));
  t.is(refusal.rule, 'payment_method.add.token_missing');
  t.deepEqual((await stack.events()).map(({ type }) => type), ['policy.refused']);
  const tables = await stack.sql<{ name: string }>("SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')");
  t.true(tables.length > 50);
  for (const { name } of tables) t.deepEqual(await stack.sql(`SELECT 1 FROM ${name} x WHERE x::text LIKE '%4242424242424242%' LIMIT 1`), [], name);
});

test.serial('TMF676 answers under both of its base paths, TMF678 on the port of billing', async (t) => {
  const { stack, customerId } = await opened(t);
  const { id, billId } = await ok(saga(stack).POST('/charge', { body: { customerId, amount: sgd(3), purpose: 'vas' } }));
  for (const base of ['/tmf-api/payment/v4', '/payment/v4']) {
    const answer = await stack.fetch('payment', `${base}/payment/${id}`);
    t.is(answer.status, 200);
    t.like(await answer.json(), { id, status: 'captured' });
  }
  const { href } = await ok(stack.clients.TMF678.GET('/customerBill/{id}', { params: { path: { id: billId ?? '' } } }));
  t.is(href, `${stack.baseUrl('billing').replace('127.0.0.1', 'localhost')}/tmf-api/customerBillManagement/v4/customerBill/${billId}`);
  t.is((await stack.fetch('billing', `/bss-api/billing/v1/customerBill/${billId}/document`)).status, 200);
});

test.serial('an open sale is taken up when its stack starts again', async (t) => {
  const { stack } = await opened(t);
  const customerId = await customer(stack, '4000000000000119');
  const [method] = await ok(stack.clients.payment.GET('/paymentMethod', { params: { query: { customerId } } }));
  const [account] = await ok(stack.clients.billing.GET('/billingAccount', { params: { query: { customerId } } }));
  const made = await ok(stack.clients.TMF676.POST('/payment', { body: { account: { id: account!.id }, paymentMethod: { id: method!.id }, totalAmount: sgd(3) } }));
  t.is(made.status, 'pendingAuthorization');
  for (const attempts of [2, 3]) {
    await stack.sql('UPDATE payment.payment SET lease_until_ms = NULL'); // as the start of a one-process installation does
    await stack.restart();
    await asked(stack, attempts);
  }
  await stack.settle();
  t.is((await ok(stack.as('cli').TMF676.GET('/payment/{id}', { params: { path: { id: made.id ?? '' } } }))).status, 'captured');
});

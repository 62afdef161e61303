import test from 'ava';
import { authorizationPath, desksOf, errorOf, methodsPath, sale } from './desk.ts';

const openDesk = desksOf(test);

test.serial('nobody comes in without a token, or with one that nobody holds', async (t) => {
  const desk = await openDesk(t);
  for (const [headers, reason] of [[{}, 'auth.token.missing'], [{ 'X-BSS-API-Token': '' }, 'auth.token.missing'], [{ 'X-BSS-API-Token': 'x'.repeat(64) }, 'auth.token.invalid']] as const) {
    const response = await desk.fetch(methodsPath, { headers }, null);
    t.is(response.status, 401);
    const body = await errorOf(response);
    t.like(body, { code: 'UNAUTHENTICATED', reason, status: '401', '@type': 'PolicyViolation', referenceError: `http://127.0.0.1/policies/${reason}` });
    t.truthy(body.fix?.[0]?.hint);
    t.deepEqual(body.context, { operation: 'payment.listPaymentMethod', identity: null });
  }
  t.deepEqual(await desk.refusals(), [], 'an unknown caller fills no ledger');
});

test.serial('a role that lacks the right is refused by name, and the refusal is on record', async (t) => {
  const desk = await openDesk(t);
  const response = await desk.authorize(sale, { 'X-BSS-Actor': 'ada@example.sg' }, 'portal_csr');
  t.is(response.status, 403);
  t.like(await errorOf(response), {
    code: 'FORBIDDEN', reason: 'auth.role.insufficient',
    context: { operation: 'payment.authorizePayment', identity: 'portal_csr', role: 'csr', required: ['system'] },
  });
  t.like((await desk.refusals())[0], { rule: 'auth.role.insufficient', operation: 'payment.authorizePayment', actor: 'ada@example.sg', identity: 'portal_csr' });
  t.is((await desk.refusals()).length, 1);
});

test.serial('not even a dry run tells a role without the right more than that', async (t) => {
  const desk = await openDesk(t);
  t.is((await desk.authorize(sale, { Prefer: 'dry-run' }, 'portal_csr')).status, 403);
});

test.serial('administrative calls end where they are switched off', async (t) => {
  const path = '/bss-api/admin/v1/clock/freeze';
  const open = await openDesk(t);
  t.is((await open.fetch(path, { method: 'POST' }, 'cli')).status, 200);
  const closed = await openDesk(t, { allowAdmin: false });
  const response = await closed.fetch(path, { method: 'POST' }, 'cli');
  t.is(response.status, 403);
  t.like(await errorOf(response), { reason: 'admin.call.disabled' });
});

test.serial('a channel is one of ours, an actor and an id have no control characters', async (t) => {
  const desk = await openDesk(t);
  t.is((await desk.authorize(sale, { 'X-BSS-Channel': 'portal_csr' })).status, 201);
  const malformed: Record<string, string>[] = [{ 'X-BSS-Channel': 'telepathy' }, { 'X-BSS-On-Behalf-Of': 'CUST-001; DROP' }, { 'Idempotency-Key': 'k'.repeat(256) }];
  for (const headers of malformed) {
    const response = await desk.authorize(sale, headers);
    t.is(response.status, 400);
    t.regex((await errorOf(response)).message, new RegExp(Object.keys(headers)[0]!));
  }
});

test.serial('a refusal refers to where its rule is explained', async (t) => {
  const desk = await openDesk(t);
  const { referenceError = '' } = await errorOf(await desk.fetch(methodsPath, {}, null));
  t.regex((await desk.fetch(methodsPath, {}, null)).headers.get('www-authenticate') ?? '', /X-BSS-API-Token/);
  const told = await desk.fetch(new URL(referenceError).pathname, {}, null);
  t.is(told.status, 200);
  t.deepEqual(await told.json(), { code: 'auth.token.missing', title: 'The request carries no token.', when: 'X-BSS-API-Token is absent or empty', status: 401 });
  t.like(await (await desk.fetch('/policies/order.transition.invalid', {}, null)).json(), { code: 'order.transition.invalid', status: 422 });
  t.is((await desk.fetch('/policies/no.such.rule', {}, null)).status, 404);
});

test.serial('a request keeps its id, an unusable one is replaced', async (t) => {
  const desk = await openDesk(t);
  t.is((await desk.fetch(methodsPath, { headers: { 'X-Request-ID': 'req-42' } })).headers.get('x-request-id'), 'req-42');
  const given = await desk.fetch(methodsPath, { headers: { 'X-Request-ID': 'a b' } });
  t.regex(given.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
});

test.serial('another method is named with those that are possible, another path is no path', async (t) => {
  const desk = await openDesk(t);
  const wrong = await desk.fetch(methodsPath, { method: 'PUT' });
  t.is(wrong.status, 405);
  t.is(wrong.headers.get('allow'), 'GET, HEAD');
  t.like(await errorOf(wrong), { code: 'METHOD_NOT_ALLOWED', '@type': 'Error', message: 'PUT is not possible here; use GET, HEAD.' });
  const item = await desk.fetch(`${methodsPath}/PM-001`, { method: 'PUT' });
  t.deepEqual(new Set(item.headers.get('allow')?.split(', ')), new Set(['GET', 'HEAD', 'DELETE']));
  const nothing = await desk.fetch('/bss-api/payment/v1/nothing');
  t.is(nothing.status, 404);
  t.regex((await errorOf(nothing)).message, /^\/bss-api\/payment\/v1\/nothing is no path of \S+\. \/docs lists them all\.$/);
  const small = await desk.fetch(`${methodsPath.toLowerCase()}/PM-001`);
  t.is(small.status, 404);
  t.regex((await errorOf(small)).message, /Did you mean \/bss-api\/payment\/v1\/paymentMethod\/\{id\}\?$/);
  t.is((await desk.fetch(`${methodsPath}/`)).status, 200, 'a slash at the end changes nothing');
  t.is((await desk.fetch(`${methodsPath}/%E0%A4%A`)).status, 400);
  t.is((await desk.fetch(`${methodsPath}/nonsense`)).status, 404, 'an id of another form names nothing');
});

test.serial('a body is JSON in UTF-8 of at most one mebibyte', async (t) => {
  const desk = await openDesk(t);
  const post = (body: string | Uint8Array<ArrayBuffer>, type: string): Promise<Response> => desk.fetch(authorizationPath, { method: 'POST', body, headers: { 'Content-Type': type } });
  const text = JSON.stringify(sale);
  t.is((await post(text, 'application/json; charset=utf-8')).status, 201);
  t.is((await post(text, 'text/plain')).status, 415);
  t.is((await post(text, 'application/json; charset=latin1')).status, 415);
  t.is((await post(JSON.stringify({ ...sale, purpose: 'x'.repeat(1024 * 1024) }), 'application/json')).status, 413);
  t.is((await post(new Uint8Array([0x7b, 0xff, 0x7d]), 'application/json')).status, 400);
  const broken = await post('{\n  "customerId": "CUST-001",\n  oops\n}', 'application/json');
  t.is(broken.status, 400);
  t.regex((await errorOf(broken)).message, /line 3, column 3/);
  t.is(await desk.effects(), 1);
});

test.serial('a body of unknown length is cut off at one mebibyte', async (t) => {
  const desk = await openDesk(t);
  const chunk = new TextEncoder().encode(' '.repeat(256 * 1024));
  let sent = 0;
  const endless = new ReadableStream({ pull: (controller) => (sent++ < 40 ? controller.enqueue(chunk) : controller.close()) });
  const init = { method: 'POST', body: endless, duplex: 'half', headers: { 'Content-Type': 'application/json' } } as RequestInit; // duplex is not in the type yet
  const outcome = await desk.fetch(authorizationPath, init).then(({ status }) => status, () => 'cut off');
  t.true(outcome === 413 || outcome === 'cut off', String(outcome));
  t.is(await desk.effects(), 0);
});

test.serial('a body is nested a hundred levels at most, whatever its texts hold', async (t) => {
  const desk = await openDesk(t);
  const post = (text: string): Promise<Response> => desk.fetch(authorizationPath, { method: 'POST', body: text, headers: { 'Content-Type': 'application/json' } });
  for (const text of ['['.repeat(200_000), `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`]) {
    const response = await post(text);
    t.is(response.status, 400);
    t.regex((await errorOf(response)).message, /nested deeper/);
  }
  const brackets = JSON.stringify({ ...sale, description: `${'['.repeat(150)}"\\` });
  t.is((await post(brackets)).status, 201);
  t.notRegex((await errorOf(await post('['.repeat(100) + ']'.repeat(100)))).message, /nested/);
});

test.serial('every place that is wrong is named at once', async (t) => {
  const desk = await openDesk(t);
  const response = await desk.authorize({ customerId: 7, amount: { unit: 'sgd' }, surprise: true });
  t.is(response.status, 400);
  const { message, code } = await errorOf(response);
  t.is(code, 'BAD_REQUEST');
  for (const place of ['/customerId', '/amount', '/amount/unit', 'purpose', 'surprise']) t.true(message.includes(place), `${place} in ${message}`);
  const empty = await desk.fetch(authorizationPath, { method: 'POST' });
  t.is(empty.status, 400);
});

test.serial('a query parameter that is wrong is named too', async (t) => {
  const desk = await openDesk(t);
  const response = await desk.fetch(`${methodsPath}?limit=many&isDefault=perhaps`);
  t.is(response.status, 400);
  const { message } = await errorOf(response);
  t.true(message.includes('limit') && message.includes('isDefault'), message);
  t.is((await desk.fetch(`${methodsPath}?limit=5&isDefault=true`)).status, 200);
});

test.serial('an answer against its schema reaches nobody', async (t) => {
  const desk = await openDesk(t);
  const response = await desk.fetch(`${methodsPath}/PM-001`);
  t.is(response.status, 500);
  const body = await errorOf(response);
  t.like(body, { code: 'INTERNAL', reason: 'internal' });
  t.notRegex(JSON.stringify(body), /PM-001|schema|"wrong"/);
});

test.serial('an unforeseen error says nothing of itself', async (t) => {
  const desk = await openDesk(t, { authorize: async () => { throw new Error('password=secret at /srv/bss/db.ts'); } });
  const response = await desk.authorize(sale);
  t.is(response.status, 500);
  t.notRegex(await response.text(), /secret|db\.ts/);
});

test.serial('a created row is located by its href, a deleted one leaves nothing to read', async (t) => {
  const desk = await openDesk(t);
  const created = await desk.authorize(sale);
  t.is(created.status, 201);
  t.is(created.headers.get('location'), 'http://127.0.0.1/payment/PAY-001');
  t.regex(created.headers.get('content-type') ?? '', /^application\/json/);
  const deleted = await desk.fetch(`${methodsPath}/PM-001`, { method: 'DELETE' }, 'cli');
  t.is(deleted.status, 204);
  t.is(await deleted.text(), '');
});

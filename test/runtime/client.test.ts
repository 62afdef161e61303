import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createClients, type Clients } from '#generated/clients';
import { DeadlineExceeded, keyed, ok, where, type ClientOptions } from '#runtime/client';
import { runWith, systemContext } from '#runtime/context';
import { RemoteError, Unavailable } from '#runtime/errors';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => (_request, response) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

interface Stage {
  clients: Clients;
  /** Every request that arrived, in order. */
  seen: IncomingMessage[];
}

/** A service that gives one answer after the other, the last one for ever. */
async function stage(t: ExecutionContext, answers: Answer[], options: Partial<ClientOptions> = {}): Promise<Stage> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answers[Math.min(seen.length, answers.length) - 1]?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => { server.closeAllConnections(); server.close(); });
  const { port } = server.address() as AddressInfo; // a TCP server's address
  const clients = createClients({ baseUrl: () => `http://127.0.0.1:${port}`, token: 'secret', backoffMs: 1, ...options });
  return { clients, seen };
}

const path = { params: { path: { id: 'ORD-014' } } };
const order = { id: 'ORD-014', productOrderItem: [{ id: '1', action: 'add' as const }] };

test('a call goes to the path of its API and gives the data of a success', async (t) => {
  const { clients, seen } = await stage(t, [json(200, order)]);
  t.is((await ok(clients.TMF622.GET('/productOrder/{id}', path))).id, 'ORD-014');
  t.is(seen[0]?.url, '/tmf-api/productOrderingManagement/v4/productOrder/ORD-014');
  t.is(seen[0]?.headers['x-bss-api-token'], 'secret');
});

test('a call carries on the actor, channel, customer and trace of the work it is part of', async (t) => {
  const { clients, seen } = await stage(t, [json(200, order)]);
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  const work = { ...systemContext('com', trace), actor: 'AGT-001', channel: 'portal_csr' as const, onBehalfOf: 'CUST-003', requestId: 'r-1' };
  await runWith(work, () => ok(clients.TMF622.GET('/productOrder/{id}', path)));
  const headers = seen[0]?.headers ?? {};
  t.is(headers['x-bss-actor'], 'AGT-001');
  t.is(headers['x-bss-channel'], 'portal_csr');
  t.is(headers['x-bss-on-behalf-of'], 'CUST-003');
  t.is(headers['x-request-id'], 'r-1');
  t.is(headers['traceparent'], `00-${trace.traceId}-${trace.spanId}-01`);
});

test('a dry run stays one across services, while reads are ordinary reads', async (t) => {
  const { clients, seen } = await stage(t, [json(200, order)]);
  await runWith({ ...systemContext('com'), dryRun: true }, async () => {
    await ok(clients.TMF622.GET('/productOrder/{id}', path));
    await ok(clients.TMF622.POST('/productOrder', { body: order }));
  });
  t.is(seen[0]?.headers['prefer'], undefined);
  t.is(seen[1]?.headers['prefer'], 'dry-run');
});

test('a refusal is thrown with its status, its body and the rule', async (t) => {
  const refusal = { code: 'POLICY_VIOLATION', reason: 'payment.charge.declined', message: 'declined', '@type': 'PolicyViolation' };
  const { clients } = await stage(t, [json(422, refusal)]);
  const error = await t.throwsAsync(ok(clients.TMF622.GET('/productOrder/{id}', path)), { instanceOf: RemoteError });
  t.is(error?.status, 422);
  t.is(error?.rule, 'payment.charge.declined');
  t.deepEqual(error?.body, refusal);
  t.regex(error?.message ?? '', /^com answered 422/);
});

test('an error page that is not JSON is thrown with the beginning of its text', async (t) => {
  const { clients } = await stage(t, [(_request, response) => response.writeHead(500).end('x'.repeat(9000))]);
  const error = await t.throwsAsync(ok(clients.TMF622.GET('/productOrder/{id}', path)), { instanceOf: RemoteError });
  t.is(error?.rule, null);
  t.is(String(error?.body['message']).length, 500);
});

test('a read is repeated while the service is busy', async (t) => {
  const { clients, seen } = await stage(t, [json(503, {}), json(429, {}), json(200, order)]);
  t.is((await ok(clients.TMF622.GET('/productOrder/{id}', path))).id, 'ORD-014');
  t.is(seen.length, 3);
});

test('repeating ends after the third attempt with the last answer', async (t) => {
  const { clients, seen } = await stage(t, [json(503, { message: 'down' })]);
  const error = await t.throwsAsync(ok(clients.TMF622.GET('/productOrder/{id}', path)), { instanceOf: RemoteError });
  t.is(error?.status, 503);
  t.is(seen.length, 3);
});

test('a write without a key is sent once', async (t) => {
  const { clients, seen } = await stage(t, [json(503, {})]);
  await t.throwsAsync(ok(clients.TMF622.POST('/productOrder', { body: order })), { instanceOf: RemoteError });
  t.is(seen.length, 1);
});

test('a write with a key is repeated with the same key and the same body', async (t) => {
  const bodies: string[] = [];
  const collect: Answer = (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => { text += chunk.toString(); });
    request.on('end', () => {
      bodies.push(text);
      json(bodies.length === 1 ? 503 : 201, order)(request, response);
    });
  };
  const { clients, seen } = await stage(t, [collect]);
  await ok(clients.TMF622.POST('/productOrder', { body: order, ...keyed('ORD-014:so') }));
  t.deepEqual(seen.map((each) => each.headers['idempotency-key']), ['ORD-014:so', 'ORD-014:so']);
  t.deepEqual(bodies, [JSON.stringify(order), JSON.stringify(order)]);
});

test('a connection broken by the service is tried again, and a service that is not there is unavailable', async (t) => {
  const { clients, seen } = await stage(t, [(request) => request.socket.destroy(), json(200, order)]);
  await ok(clients.TMF622.GET('/productOrder/{id}', path));
  t.is(seen.length, 2);
  const nowhere = createClients({ baseUrl: () => 'http://127.0.0.1:1', token: 'secret', backoffMs: 1 });
  const error = await t.throwsAsync(ok(nowhere.TMF622.GET('/productOrder/{id}', path)), { instanceOf: Unavailable });
  t.regex(error?.message ?? '', /^com cannot be reached: /);
});

test('the time a service asks for is waited, unless the call would be over by then', async (t) => {
  const patient = await stage(t, [json(503, {}, { 'retry-after': '1' }), json(200, order)]);
  const started = performance.now();
  await ok(patient.clients.TMF622.GET('/productOrder/{id}', path));
  t.true(performance.now() - started >= 990);
  const hurried = await stage(t, [json(503, {}, { 'retry-after': '60' })]);
  await t.throwsAsync(ok(hurried.clients.TMF622.GET('/productOrder/{id}', path)), { instanceOf: RemoteError });
  t.is(hurried.seen.length, 1);
});

test('a call whose key is in flight waits for the first one', async (t) => {
  const inFlight = json(409, { reason: 'idempotency.key.in_flight' }, { 'retry-after': '0' });
  const { clients, seen } = await stage(t, [inFlight, json(201, order)]);
  await ok(clients.TMF622.POST('/productOrder', { body: order, ...keyed('k') }));
  t.is(seen.length, 2);
  const conflict = await stage(t, [json(409, { reason: 'cdr.conflict' })]);
  await t.throwsAsync(ok(conflict.clients.TMF622.POST('/productOrder', { body: order, ...keyed('k') })), { instanceOf: RemoteError });
  t.is(conflict.seen.length, 1);
});

test('a call that takes too long ends at its deadline', async (t) => {
  const { clients, seen } = await stage(t, [() => undefined], { deadlineMs: 400 });
  const error = await t.throwsAsync(ok(clients.TMF622.GET('/productOrder/{id}', path)), { instanceOf: DeadlineExceeded });
  t.is(error?.message, 'com did not answer within 400 ms');
  t.is(seen.length, 1);
});

test('a redirect is not followed, so that the token stays with the configured services', async (t) => {
  const { clients, seen } = await stage(t, [(_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()]);
  await t.throwsAsync(ok(clients.TMF622.POST('/productOrder', { body: order })), { instanceOf: Unavailable });
  t.is(seen.length, 1);
});

test('filters that no document declares travel beside the declared parameters', async (t) => {
  const { clients, seen } = await stage(t, [json(200, [])]);
  const query = { limit: 20, ...where({ 'relatedParty.id': 'CUST-001', state: undefined }) };
  t.deepEqual(await ok(clients.TMF622.GET('/productOrder', { params: { query } })), []);
  t.is(seen[0]?.url?.split('?')[1], 'limit=20&relatedParty.id=CUST-001');
});

test('an API of every service is called on the service that is named', async (t) => {
  const asked: string[] = [];
  const { clients } = await stage(t, [json(200, [])]);
  const named = createClients({
    token: 'secret',
    baseUrl: (service) => { asked.push(service); return 'http://127.0.0.1:1'; },
    transport: () => Promise.resolve(Response.json([])),
  });
  await ok(named.audit('som').GET('/event'));
  t.deepEqual(asked, ['som']);
  t.is(named.audit('som'), named.audit('som'));
  t.is(clients.TMF622, clients.TMF622);
});

/**
 * Runs in the copy that has the further API: serves it on a database of its own, calls it as a client
 * would, and prints what came back as JSON.
 */
import { withClient } from '#db/migrate';
import { cloneDatabase } from '#db/template';
import { serve } from '#handlers/serve';
import { Clock } from '#runtime/clock';

const clone = await cloneDatabase({ BSS_PORT_BASE: '0' });
const running = await serve(['payment'], clone.config, { clock: new Clock({ frozenAtMs: Date.parse('2026-04-11T09:00:00Z'), offsetMs: 0 }), logLevel: 'fatal' });
const base = `http://127.0.0.1:${running.services[0]!.port}`; // the one service asked for
const path = '/tmf-api/paymentMethod/v4/paymentMethod';
const token = clone.config.identities.find(({ name }) => name === 'cli')!.token; // every test configuration has it

async function call(method: string, at: string, body?: object, type = 'application/json') {
  const headers = { 'X-BSS-API-Token': token, ...(body ? { 'Content-Type': type } : {}) };
  const answer = await fetch(base + at, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  const text = await answer.text();
  return { status: answer.status, total: answer.headers.get('x-total-count'), location: answer.headers.get('location'), body: text === '' ? null : JSON.parse(text) as unknown };
}

try {
  const one = `${path}/PMD-001`;
  const results = {
    created: await call('POST', path, { '@type': 'BankCard', name: 'Card of Ada', lastFourDigits: '4242' }),
    incomplete: await call('POST', path, { name: 'No type' }),
    retrieved: await call('GET', one),
    listed: await call('GET', `${path}?name=Card%20of%20Ada&fields=name`),
    none: await call('GET', `${path}?status=blocked`),
    merged: await call('PATCH', one, { description: 'Her first' }, 'application/merge-patch+json'),
    stepped: await call('PATCH', one, [{ op: 'add', path: '/isPreferred', value: true }], 'application/json-patch+json'),
    kept: await call('DELETE', one),
    blocked: await call('PATCH', one, { status: 'blocked' }),
    deleted: await call('DELETE', one),
    gone: await call('GET', one),
    document: await call('GET', '/openapi.json?api=TMF670'),
    events: await withClient(clone.url, async (client) => (await client.query<{ type: string }>(
      'SELECT event_type AS type FROM audit.domain_event WHERE aggregate_id = $1 ORDER BY position', ['PMD-001'])).rows.map(({ type }) => type)),
  };
  console.log(JSON.stringify(results));
} finally {
  await running.stop();
  await clone.drop();
}
process.exit();

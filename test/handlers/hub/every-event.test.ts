/** Acceptance of the hubs: a real listener receives every declared notification of every API, each valid against its schema. */
import test from 'ava';
import { eventCatalogue, type EventType } from '#generated/events';
import { listeners } from '#generated/listeners';
import { resources } from '#generated/resources';
import { startStack, type Stack } from '../../support/stack.ts';
import { careDeeds, catalogDeeds, moneyDeeds, orderDeeds, retiredDeeds, serviceDeeds, stuckDeeds, usageDeeds } from './deeds.ts';
import { eventJudge } from './event-schemas.ts';
import { Listener, type Received } from './listener.ts';
import { hubApis, subscribe } from './subscription.ts';

/** Sent in the form of the others; TMF678 has no schema for them. */
const undeclared = ['TMF678 AppliedCustomerBillingRateCreateEvent', 'TMF678 CustomerBillOnDemandStateChangeEvent'];

/** What is removed by itself is shown once more as it was. */
const lastViews = {
  'TMF676 PaymentDeleteEvent': { status: 'denied', account: { id: 'theirs' } },
  'TMF676 RefundDeleteEvent': { status: 'denied', account: { id: 'theirs' } },
  'TMF640 MonitorDeleteEvent': { state: 'Completed', '@type': 'Monitor' },
};

const nameOf = ({ path, body }: Received): string => `${path.slice(1, 7)} ${body.eventType}`;

interface Recorded {
  readonly event_id: string;
  readonly event_type: EventType;
  readonly aggregate_id: string;
  readonly position: string;
}

test('a listener receives every declared notification of every API, each valid against its schema', async (t) => {
  const [stack, judge] = await Promise.all([startStack(t, { env: { BSS_HUB_ALLOW_HOSTS: '127.0.0.1', BSS_MONITOR_RETENTION_DAYS: '1', BSS_REFUSED_PAYMENT_RETENTION_DAYS: '1' } }), eventJudge()]);
  const listener = await Listener.start(t);
  for (const api of hubApis) t.is((await subscribe(stack, api, { callback: `${listener.url}/${api}` })).status, 201, api);
  for (const deeds of [catalogDeeds, careDeeds, usageDeeds, serviceDeeds, orderDeeds, stuckDeeds, moneyDeeds, retiredDeeds]) await deeds(stack);
  await refusedDeeds(stack);
  await stack.settle();

  const declared = Object.values(listeners).map(({ api, schema }) => `${api} ${schema}`);
  const got = new Set(listener.received.map(nameOf));
  t.is(declared.length, 82);
  t.deepEqual(declared.filter((one) => !got.has(one)), []);
  t.deepEqual([...got].filter((one) => !declared.includes(one) && !undeclared.includes(one)), []);
  const flaws = listener.received.filter((one) => declared.includes(nameOf(one))).flatMap(({ path, body }) => judge(path.slice(1, 7), body.eventType, body) ?? []);
  t.deepEqual([...new Set(flaws)], []);

  const ledger = await stack.sql<Recorded>('SELECT event_id, event_type, aggregate_id, position FROM audit.domain_event ORDER BY position');
  t.deepEqual(listener.received.filter(({ body }) => !ledger.some((one) => one.event_id === body.eventId)).map(nameOf), [], 'what was not committed is not told');
  t.deepEqual(untold(ledger, listener.received), [], 'what was committed is told');
  t.deepEqual(disordered(ledger, listener.received), []);
  for (const [name, shown] of Object.entries(lastViews)) {
    for (const { body } of listener.received.filter((one) => nameOf(one) === name)) t.like(Object.values(body.event)[0], shown, name);
  }
  for (const { body } of listener.received) {
    const [[name, resource] = ['', {}]] = Object.entries(body.event);
    t.truthy(resource['id'], `${body.eventType} shows its ${name}`);
    t.truthy(resource['href']);
  }
});

/** Writes that come to nothing: refused by a rule, and asked as a dry run. */
async function refusedDeeds(stack: Stack): Promise<void> {
  const json = { 'Content-Type': 'application/json' };
  const path = `${resources['TMF620.category'].path}`;
  await stack.fetch('catalog', path, { method: 'POST', headers: { ...json, Prefer: 'dry-run' }, body: JSON.stringify({ name: 'tried' }) }, 'cli');
  await stack.fetch('catalog', `${resources['TMF620.productOffering'].path}/PLAN_S`, { method: 'DELETE' }, 'cli');
  await stack.fetch('crm', resources['TMF629.customer'].path, { method: 'PATCH', headers: json, body: '{}' }, 'cli');
}

/** Events that some API must have told of and none did. Services of TMF638 and TMF640 are told by the one that has them. */
const untold = (ledger: readonly Recorded[], received: readonly Received[]): string[] =>
  ledger.filter((row) => eventCatalogue[row.event_type].hub.some(({ api }) => api.startsWith('TMF')))
    .filter((row) => !received.some(({ body }) => body.eventId === row.event_id))
    .map((row) => `${row.event_type} ${row.aggregate_id}`);

/** Resources whose notifications arrived in another order than they happened. */
function disordered(ledger: readonly Recorded[], received: readonly Received[]): string[] {
  const positions = new Map(ledger.map((row) => [row.event_id, row]));
  const last = new Map<string, number>();
  return received.flatMap((one) => {
    const row = positions.get(one.body.eventId);
    const key = `${one.path.slice(1, 7)} ${row?.aggregate_id}`;
    const before = last.get(key) ?? 0;
    last.set(key, Number(row?.position));
    return Number(row?.position) < before ? [`${key} ${nameOf(one)}`] : [];
  });
}

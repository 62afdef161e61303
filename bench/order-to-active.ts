/**
 * How long from `POST productOrder` to the active line and to the completed order, and what it costs:
 * all services in a process of their own, simulated network without delays, one customer at a time.
 * The ends are read from the ledger, whose clock is this machine's; asking for them would slow them down.
 * `node bench/order-to-active.ts [orders]`; the result goes to bench/results/order-to-active.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { orderBody } from '#cli/order/creation';
import { withClient } from '#db/migrate';
import { cloneDatabase } from '#db/template';
import { ok } from '#runtime/client';
import { Clock, isoTime, sleep } from '#runtime/clock';
import { start, stop } from '../test/support/killable.ts';
import { customer } from '../test/support/story.ts';
import { cpuMs } from './process.ts';

const orders = Number(process.argv[2] ?? 40);
const warmUp = 5;
const clock = new Clock();

const clone = await cloneDatabase();
const child = await start(clone);
const { clients } = child;

const begun = new Map<string, number>();
const cpuBegin = { ms: 0 };
for (let i = 0; i < orders + warmUp; i++) {
  const customerId = await customer({ clients, clock } as never); // the block needs no more of a stack
  if (i === warmUp) cpuBegin.ms = cpuMs(child.process.pid!);
  const beginMs = clock.tick();
  const { id = '' } = await ok(clients.TMF622.POST('/productOrder', { body: orderBody({ customerId, offeringId: 'PLAN_S' }) }));
  if (i >= warmUp) begun.set(id, beginMs);
  for (let state = ''; state !== 'completed'; await sleep(50)) {
    state = (await ok(clients.TMF622.GET('/productOrder/{id}', { params: { path: { id } } }))).state ?? '';
    if (state === 'failed' || clock.tick() - beginMs > 20_000) throw new Error(`${id} ended as ${state}`);
  }
}
// The calls of the sign-up are in it.
const cpuMsPerOrder = Math.round((cpuMs(child.process.pid!) - cpuBegin.ms) / orders);
const ends = await withClient(clone.url, async (client) => (await client.query<{ type: string; order_id: string; at: Date }>(
  `SELECT event_type AS type, payload->>'orderId' AS order_id, occurred_at AS at FROM audit.domain_event
   WHERE event_type IN ('subscription.activated', 'order.completed')`)).rows);
const times = (type: string): number[] => ends.filter((one) => one.type === type && begun.has(one.order_id)).map(({ order_id, at }) => at.getTime() - begun.get(order_id)!);
const spread = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number | undefined => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
};
const result = {
  at: isoTime(clock.now()), node: process.version, cores: cpus().length, cpuMsPerSignUpAndOrder: cpuMsPerOrder,
  msToActive: spread(times('subscription.activated')), msToCompleted: spread(times('order.completed')),
};
mkdirSync(new URL('results', import.meta.url), { recursive: true });
writeFileSync(new URL('results/order-to-active.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result));
await stop(child);
await clone.drop();

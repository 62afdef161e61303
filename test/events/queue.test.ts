import test from 'ava';
import { Database } from '#db/database';
import { withClient } from '#db/migrate';
import { cloneDatabase } from '#db/template';
import { bindQueue, enqueue, takeTurn, type Held, type QueuedEvent } from '#events/embedded/queue';
import { claimOutbox } from '#events/outbox';
import { record } from '#events/record';
import { Clock } from '#runtime/clock';

const queue = 'som.test';
const leaseMs = 60_000;

test('what was done before the database server crashed is not confirmed: its effect may be lost', async (t) => {
  const clone = await cloneDatabase();
  const clock = new Clock();
  const [com, platform] = (['com', 'platform'] as const).map((role) => new Database({ url: clone.urlOf(role), service: role, clock })) as [Database, Database]; // two roles
  t.teardown(async () => {
    await Promise.all([com.close(), platform.close()]);
    await clone.drop();
  });
  const turn = (done: readonly Held[] = []): Promise<QueuedEvent[]> => {
    const nowMs = clock.tick();
    return takeTurn(platform, { done, unused: [], queues: [queue], nowMs, leaseUntilMs: nowMs + leaseMs, most: 10 });
  };
  const sequence = (messages: readonly QueuedEvent[]): number[] => messages.map(({ aggregateSeq }) => aggregateSeq);
  await com.tx(async (tx) => {
    for (let i = 0; i < 3; i += 1) record(tx, 'order.acknowledged', 'ORD-001', { i });
  });
  await platform.tx(async (tx) => {
    await bindQueue(tx, queue, ['order.acknowledged']);
    await enqueue(tx, await claimOutbox(tx, 10));
  });

  const [first, ...rest] = await turn();
  t.deepEqual(sequence([first!, ...rest]), [1, 2, 3]);
  t.deepEqual(await turn([first!]), [], 'the others are leased');
  // What crash recovery does to an unlogged table.
  await withClient(clone.url, (client) => client.query('TRUNCATE integrations.incarnation'));
  t.deepEqual(await turn(rest), [], 'given back in this turn');
  const again = await turn();
  t.deepEqual(sequence(again), [2, 3], 'in their order');
  t.not(again[0]!.incarnation, first!.incarnation);
  t.deepEqual(await turn(again), []);
  t.deepEqual(await platform.read('SELECT 1 FROM integrations.queue_message'), []);
});

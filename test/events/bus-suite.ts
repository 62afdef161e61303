import type { TestFn } from 'ava';
import { Database, type Tx } from '#db/database';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import type { Bus } from '#events/bus';
import type { Consumer, DomainEvent } from '#events/consumer';
import { record } from '#events/record';
import { relayOf } from '#events/relay';
import { Clock, sleep } from '#runtime/clock';
import { loggerOf } from '#runtime/logger';
import type { Worker } from '#runtime/worker';

/** What every bus must do; an adapter's test file gives it a bus and calls this. */
export type BusFactory = (platform: Database) => Bus;

interface World {
  readonly clone: ClonedDatabase;
  readonly com: Database;
  readonly som: Database;
  readonly platform: Database;
  readonly bus: Bus;
  readonly relay: Worker;
}

const log = loggerOf('test', 'silent');

export function busSuite(test: TestFn, name: string, busOf: BusFactory): void {
  const within = async (consumers: Consumer[], story: (world: World) => Promise<void>): Promise<void> => {
    const clone = await cloneDatabase();
    const clock = new Clock();
    const databaseOf = (role: 'com' | 'som' | 'platform'): Database => new Database({ url: clone.urlOf(role), service: role === 'platform' ? 'relay' : role, clock });
    const [com, som, platform] = [databaseOf('com'), databaseOf('som'), databaseOf('platform')];
    const bus = busOf(platform);
    const relay = relayOf({ database: platform, bus, log, tickMs: 10, batch: 50 });
    await bus.start(consumers.map((consumer) => ({ consumer, database: som })));
    relay.start();
    try {
      await story({ clone, com, som, platform, bus, relay });
    } finally {
      await relay.stop();
      await bus.stop();
      await Promise.all([com, som, platform].map((database) => database.close()));
      await clone.drop();
    }
  };

  test(`${name}: a committed event reaches its consumer once, with payload, actor and trace`, async (t) => {
    const seen: DomainEvent[] = [];
    await within([consumer('som.test', (_tx, event) => void seen.push(event))], async ({ com }) => {
      await com.tx(async (tx) => record(tx, 'order.acknowledged', 'ORD-001', { orderId: 'ORD-001', note: 'né "quoted"' }));
      await until(() => seen.length > 0);
      await sleep(60);
      t.is(seen.length, 1);
      t.like(seen[0], { eventType: 'order.acknowledged', aggregateType: 'order', aggregateId: 'ORD-001', aggregateSeq: 1, actor: 'com', payload: { note: 'né "quoted"' } });
      t.regex(seen[0]!.traceId, /^[0-9a-f]{32}$/);
    });
  });

  test(`${name}: nothing is sent for a rolled-back change`, async (t) => {
    const seen: string[] = [];
    await within([consumer('som.test', (_tx, event) => void seen.push(event.aggregateId))], async ({ com }) => {
      await t.throwsAsync(com.tx(async (tx) => {
        record(tx, 'order.acknowledged', 'ORD-001', {});
        throw new Error('rolled back');
      }), { message: 'rolled back' });
      await com.tx(async (tx) => record(tx, 'order.acknowledged', 'ORD-002', {}));
      await until(() => seen.length > 0);
      await sleep(60);
      t.deepEqual(seen, ['ORD-002']);
    });
  });

  test(`${name}: events of one aggregate arrive in order, whatever others do`, async (t) => {
    const seen = new Map<string, number[]>();
    const slow = async (_tx: Tx, event: DomainEvent): Promise<void> => {
      await sleep(event.aggregateSeq % 2);
      seen.set(event.aggregateId, [...(seen.get(event.aggregateId) ?? []), event.aggregateSeq]);
    };
    await within([consumer('som.test', slow)], async ({ com }) => {
      const ids = Array.from({ length: 8 }, (_, i) => `ORD-10${i}`);
      await Promise.all(ids.map(async (id) => {
        for (let i = 0; i < 10; i += 1) await com.tx(async (tx) => record(tx, 'order.acknowledged', id, { i }));
      }));
      await until(() => [...seen.values()].flat().length === 80);
      for (const id of ids) t.deepEqual(seen.get(id), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });
  });

  test(`${name}: a message that was applied but not confirmed has no second effect`, async (t) => {
    let effects = 0;
    await within([consumer('som.test', () => void (effects += 1))], async ({ com, platform, clone }) => {
      await com.tx(async (tx) => record(tx, 'order.acknowledged', 'ORD-001', {}));
      await until(() => effects === 1);
      await sleep(50);
      // The outbox row is published again, as after a crash between publishing and marking.
      await asOwner(clone, 'UPDATE audit.event_delivery SET published_ms = NULL');
      await until(async () => (await platform.read('SELECT 1 FROM audit.event_delivery WHERE published_ms IS NULL')).length === 0);
      await sleep(100);
      t.is(effects, 1);
    });
  });

  test(`${name}: a failing consumer is tried again, its half effect is gone, later events of the aggregate wait`, async (t) => {
    const seen: number[] = [];
    let failures = 0;
    const moody = async (tx: Tx, event: DomainEvent): Promise<void> => {
      if (event.aggregateSeq === 1 && failures === 0) {
        failures += 1;
        record(tx, 'service_order.jeopardy', 'SO-001', {});
        throw new Error('not now');
      }
      seen.push(event.aggregateSeq);
    };
    await within([consumer('som.test', moody)], async ({ com, platform, clone }) => {
      await com.tx(async (tx) => record(tx, 'order.acknowledged', 'ORD-001', {}));
      await com.tx(async (tx) => record(tx, 'order.acknowledged', 'ORD-001', {}));
      await until(() => failures === 1);
      await sleep(100);
      t.deepEqual(seen, []);
      await asOwner(clone, 'UPDATE integrations.queue_message SET next_run_ms = 0');
      await until(() => seen.length === 2);
      t.deepEqual(seen, [1, 2]);
      t.deepEqual(await platform.read("SELECT 1 FROM audit.domain_event WHERE event_type = 'service_order.jeopardy'"), []);
    });
  });
}

const consumer = (name: string, apply: (tx: Tx, event: DomainEvent) => void | Promise<void>): Consumer => ({
  name, types: ['order.acknowledged'], apply: async (tx, event) => apply(tx, event),
});

async function asOwner(clone: ClonedDatabase, sql: string): Promise<void> {
  const { withClient } = await import('#db/migrate');
  await withClient(clone.url, async (client) => void (await client.query(sql)));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (await condition()) return;
    await sleep(10);
  }
  throw new Error('waited 5 s in vain');
}

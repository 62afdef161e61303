import test from 'ava';
import { Database, type Tx } from '#db/database';
import { clearLeases, pendingMigrations, withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { record } from '#events/record';
import { Clock, sleep } from '#runtime/clock';
import { Unavailable } from '#runtime/errors';
import { refuseInsideTransaction } from '#runtime/transaction-scope';

let clone: ClonedDatabase;
let com: Database;
const clock = new Clock({ frozenAtMs: Date.parse('2026-04-11T09:00:00Z'), offsetMs: 0 });

test.before(async () => {
  clone = await cloneDatabase();
  com = new Database({ url: clone.urlOf('com'), service: 'com', clock });
});

test.after.always(async () => {
  await com?.close();
  await clone?.drop();
});

const rowsOf = <R>(sql: string): Promise<R[]> => withClient(clone.url, async (client) => (await client.query(sql)).rows as R[]);

test('a fresh installation has no migration left to run', async (t) => {
  t.deepEqual(await pendingMigrations(clone.url), []);
});

test('events carry business time, a gapless sequence per aggregate and a chain that verifies', async (t) => {
  await com.tx(async (tx) => {
    record(tx, 'order.acknowledged', 'ORD-001', { orderId: 'ORD-001' });
    record(tx, 'cancel_order.created', 'CXO-001', {});
    record(tx, 'order.in_progress', 'ORD-001', {});
  });
  await com.tx(async (tx) => record(tx, 'order.completed', 'ORD-001', {}));
  const rows = await rowsOf<{ aggregate_seq: number; event_type: string; occurred_at: Date; prev_hash: string | null; hash: string }>(
    "SELECT * FROM audit.domain_event WHERE aggregate_id = 'ORD-001' ORDER BY aggregate_seq");
  t.deepEqual(rows.map((row) => [row.aggregate_seq, row.event_type]), [[1, 'order.acknowledged'], [2, 'order.in_progress'], [3, 'order.completed']]);
  t.true(rows.every((row) => row.occurred_at.toISOString() === '2026-04-11T09:00:00.000Z'));
  t.is(rows[0]!.prev_hash, null);
  t.is(rows[1]!.prev_hash, rows[0]!.hash);
  t.deepEqual(await rowsOf('SELECT * FROM audit.verify_chain()'), []);
});

test('a changed ledger row is found', async (t) => {
  await com.tx(async (tx) => record(tx, 'order.acknowledged', 'ORD-777', { amount: 1 }));
  await withClient(clone.url, async (client) => {
    await client.query("BEGIN; UPDATE audit.domain_event SET payload = '{\"amount\": 2}' WHERE aggregate_id = 'ORD-777'");
    const found = await client.query("SELECT problem FROM audit.verify_chain('order', 'ORD-777')");
    t.deepEqual(found.rows, [{ problem: 'content does not match its hash' }]);
    await client.query('ROLLBACK');
  });
});

test('many writers of one aggregate leave no gap and no fork', async (t) => {
  await Promise.all(Array.from({ length: 40 }, () => com.tx(async (tx) => record(tx, 'order.changed', 'ORD-900', {}))));
  const [row] = await rowsOf<{ n: number; top: number }>("SELECT count(*) n, max(aggregate_seq) top FROM audit.domain_event WHERE aggregate_id = 'ORD-900'");
  t.deepEqual(row, { n: 40, top: 40 });
});

test('calling another service inside a transaction is refused', async (t) => {
  await t.throwsAsync(com.tx(async () => refuseInsideTransaction('a call of payment')), { message: /a call of payment inside a transaction of com/ });
  t.notThrows(() => refuseInsideTransaction('a call of payment'));
});

test('leases and pauses of a killed run are over at the next start', async (t) => {
  await withClient(clone.url, async (client) => {
    await client.query(`INSERT INTO order_mgmt.idempotency (identity, key, method, path, body_hash, state, lease_until_ms, created_at, expires_at)
      VALUES ('cli', 'k', 'POST', '/x', 'h', 'in_flight', 99999999999999, '2026-01-01', '2026-01-02')`);
  });
  await com.tx(async (tx) => record(tx, 'order.acknowledged', 'ORD-800', {}));
  await rowsOf(`INSERT INTO integrations.queue_message (queue, position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq, next_run_ms)
    SELECT 'nobody', position, event_id, occurred_at, event_type, aggregate_type, aggregate_id, aggregate_seq, 99999999999999 FROM audit.domain_event WHERE aggregate_id = 'ORD-800'`);
  await clearLeases(clone.url);
  t.deepEqual(await rowsOf('SELECT lease_until_ms FROM order_mgmt.idempotency'), [{ lease_until_ms: null }]);
  const [paused] = await rowsOf<{ next_run_ms: number }>("SELECT next_run_ms FROM integrations.queue_message WHERE queue = 'nobody'");
  t.true(paused!.next_run_ms <= clock.tick());
});

test('a connection that is lost between two statements fails the transaction, not the process', async (t) => {
  const lost = com.tx(async (tx) => {
    const row = await tx.one<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await rowsOf(`SELECT pg_terminate_backend(${row?.pid})`);
    await sleep(100);
    await tx.read('SELECT 1');
  });
  await t.throwsAsync(lost, { instanceOf: Unavailable });
  t.is(await com.tx(async (tx) => (await tx.one<{ one: number }>('SELECT 1 AS one'))?.one), 1);
});

test('a statement that outlives its transaction is refused, and not run in the next one of its connection', async (t) => {
  const late: Promise<unknown>[] = [];
  const straggle = (tx: Tx): void => void late.push(t.throwsAsync(sleep(30).then(() => tx.read('SELECT 1')), { message: /has ended/ }));
  await com.tx(async (tx) => straggle(tx));
  // What Promise.all leaves running when another of its promises fails.
  await t.throwsAsync(com.tx(async (tx) => {
    straggle(tx);
    throw new Error('refused');
  }), { message: 'refused' });
  await Promise.all(late);
  t.is(late.length, 2);
});

test('a database without room answers 503, and nothing was changed', async (t) => {
  const full = com.tx(async (tx) => {
    record(tx, 'order.acknowledged', 'ORD-850', {});
    await tx.read("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$", [], false);
  });
  await t.throwsAsync(full, { instanceOf: Unavailable, message: /no room left/ });
  t.deepEqual(await rowsOf("SELECT 1 FROM audit.domain_event WHERE aggregate_id = 'ORD-850'"), []);
});

test('a database that cannot be reached answers 503, not a stack trace', async (t) => {
  const away = new Database({ url: 'postgres://bss_com:x@127.0.0.1:1/bss', service: 'com', clock });
  await t.throwsAsync(away.read('SELECT 1'), { name: 'Unavailable' });
  await t.throwsAsync(away.tx((tx) => tx.read('SELECT 1')), { name: 'Unavailable' });
  await away.close();
});

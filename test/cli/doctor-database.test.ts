import test, { type ExecutionContext } from 'ava';
import type { Finding } from '#cli/doctor/check';
import { databaseChecks } from '#cli/doctor/database';
import { withClient } from '#db/migrate';
import { cloneDatabase } from '#db/template';

/** A fresh installation; `plant` runs SQL as its superuser, `look` asks the doctor. */
async function installation(t: ExecutionContext): Promise<{ plant(sql: string): Promise<void>; look(): Promise<Record<string, Finding>> }> {
  const clone = await cloneDatabase();
  t.teardown(() => clone.drop());
  return {
    plant: (sql) => withClient(clone.url, async (client) => void (await client.query(sql))),
    look: async () => Object.fromEntries((await databaseChecks(clone.url, clone.config)).map((finding) => [finding.name, finding])),
  };
}

test('a fresh installation is well', async (t) => {
  const { look } = await installation(t);
  const found = await look();
  t.deepEqual(Object.keys(found), ['database', 'migrations', 'invariants', 'outbox']);
  for (const name of ['migrations', 'invariants', 'outbox']) t.is(found[name]?.verdict, 'ok', name);
  t.regex(found['database']?.finding ?? '', /^PostgreSQL \d+/);
});

test('a number whose line does not exist breaks I25, and the doctor names both', async (t) => {
  const { plant, look } = await installation(t);
  await plant(`UPDATE inventory.msisdn SET status = 'assigned', subscription_id = 'SUB-999', customer_id = 'CUST-999', assigned_at = '2026-11-22T09:15:00Z' WHERE msisdn = '90000042'`);
  const { invariants } = await look();
  t.is(invariants?.verdict, 'fail');
  t.regex(invariants?.finding ?? '', /I25 .*90000042/);
  t.regex(invariants?.fix ?? '', /bss events list/);
});

test('a migration that is missing fails alone: nothing else can be judged', async (t) => {
  const { plant, look } = await installation(t);
  await plant('DELETE FROM public.schema_migration WHERE name = (SELECT max(name) FROM public.schema_migration)');
  const found = await look();
  t.deepEqual(Object.keys(found), ['migrations']);
  t.is(found['migrations']?.verdict, 'fail');
  t.regex(found['migrations']?.finding ?? '', /^not applied: \d{4}_/);
});

test('an outbox that stands still fails', async (t) => {
  const { plant, look } = await installation(t);
  await plant(`DELETE FROM audit.event_delivery;
    INSERT INTO audit.event_delivery (position, event_id, occurred_at) VALUES (1, '00000000-0000-7000-8000-000000000001', '2026-11-22T09:15:00Z')`);
  const { outbox } = await look();
  t.is(outbox?.verdict, 'fail');
  t.is(outbox?.finding, '1 events wait and the oldest does not move');
});

test('a database that cannot be reached is an error the doctor catches', async (t) => {
  const clone = await cloneDatabase();
  await clone.drop();
  await t.throwsAsync(databaseChecks(clone.url, clone.config), { message: /does not exist/ });
});

import test from 'ava';
import { Database } from '#db/database';
import { inboxMs, purgeInbox, takeIntoInbox } from '#db/inbox';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { Clock } from '#runtime/clock';
import { uuidv7 } from '#runtime/ids';

let clone: ClonedDatabase;
let som: Database;
const clock = new Clock({ frozenAtMs: Date.parse('2026-04-11T09:00:00Z'), offsetMs: 0 });

test.before(async () => {
  clone = await cloneDatabase();
  som = new Database({ url: clone.urlOf('som'), service: 'som', clock });
});

test.after.always(async () => {
  await som?.close();
  await clone?.drop();
});

const take = (eventId: string, agoMs: number): Promise<boolean> =>
  som.tx((tx) => takeIntoInbox(tx, 'som.test', eventId, { at: clock.now(), tickMs: clock.tick() - agoMs }));
const left = (): Promise<string[]> => withClient(clone.url, async (client) =>
  (await client.query<{ event_id: string }>("SELECT event_id FROM service_inventory.inbox WHERE consumer = 'som.test' ORDER BY received_ms")).rows.map((row) => row.event_id));

test.serial('an event is forgotten a week after it came, by the clock of the machine, a batch at a time', async (t) => {
  const [old, older, recent] = [uuidv7(1), uuidv7(2), uuidv7(3)];
  for (const [id, agoMs] of [[older, inboxMs + 60_000], [old, inboxMs + 1000], [recent, inboxMs - 60_000]] as const) t.true(await take(id, agoMs));
  t.false(await take(recent, 0));
  clock.set({ frozenAtMs: Date.parse('2031-04-11T09:00:00Z'), offsetMs: 0 });
  t.true(await purgeInbox(som, 1));
  t.deepEqual(await left(), [old, recent]);
  t.true(await purgeInbox(som, 1));
  t.false(await purgeInbox(som, 1));
  t.deepEqual(await left(), [recent]);
});

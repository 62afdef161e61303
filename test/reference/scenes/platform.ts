import type { OperationKey } from '#generated/operations';
import { operations } from '#generated/operations';
import { parkMessages } from '../../support/parked.ts';
import { until } from '../../support/until.ts';
import type { Player } from '../player.ts';

/** Messages that no consumer could take, and what an operator does about them. */
export async function parkedMessages(player: Player): Promise<void> {
  const service = 'catalog';
  const [first = '', second = ''] = await parkMessages(player.stack, 'catalog.snapshot', 2);
  await player.ask('admin.listParkedMessage', 'messages the catalog could not take, one of all', { service, query: { limit: '1' } });
  await player.ask('admin.replayParkedMessage', 'it is tried once more', { service, params: { id: first } });
  await player.stack.settle();
  await player.ask('admin.discardParkedMessage', 'a message is given up with a reason', { service, params: { id: second }, body: { reason: ' ' }, status: 422 });
  await player.ask('admin.discardParkedMessage', 'the other one is given up', { service, params: { id: second }, body: { reason: 'The offering is gone.' } });
  await player.ask('admin.replayParkedMessage', 'what was given up is not tried again', { service, params: { id: second }, status: 422 });
}

/** A subscription to the notifications of each TM Forum API, and its end. */
export async function hubs(player: Player): Promise<void> {
  await player.ask('TMF620.registerListener', 'an address of ours is not called', { body: { callback: 'http://10.0.0.1/listener' }, status: 422 });
  for (const { key, api } of Object.values(operations).filter(({ kind }) => kind === 'hub-create')) {
    const made = await player.ask(key as OperationKey, 'from now on everything of this API is told', { body: { callback: 'http://localhost:9099/listener', query: '' } }); // a key of the table
    await player.ask(`${api}.unregisterListener` as OperationKey, 'no more of it', { params: { id: made.id } }); // each API that has the one has the other
  }
}

/** A listener that is not there: what operators see of it, and how what was given up is sent again. */
export async function failingHub(player: Player): Promise<void> {
  const { stack } = player;
  const made = await player.ask('TMF620.registerListener', 'only categories called Seniors', { body: { callback: 'http://localhost:9/listener', query: 'eventType=CategoryCreateEvent&name=Seniors' } });
  const params = { id: made.id };
  await player.ask('admin.replayHub', 'nothing was given up yet', { params, status: 422 });
  await player.ask('TMF620.createCategory', 'a category that is told', { body: { name: 'Seniors' } });
  await until(async () => (await stack.sql("SELECT 1 FROM integrations.hub_delivery WHERE hub_id = $1 AND state = 'parked'", [made.id])).length > 0);
  await player.ask('admin.listHub', 'subscriptions that fail', { query: { state: 'failing' } });
  await player.ask('admin.retrieveHub', 'one of them', { params });
  await player.ask('admin.listHubDelivery', 'what was to be told', { params });
  await player.ask('admin.replayHub', 'sent once more', { params });
  await stack.settle();
  await player.ask('TMF620.unregisterListener', 'nobody listens there', { params });
}

/** The clock last: what comes after it happens at another time. */
export async function clock(player: Player): Promise<void> {
  await player.ask('admin.runSweep', 'numbers whose quarantine is over', { params: { name: 'quarantine' } });
  await player.ask('admin.runSweep', 'a sweep of another service', { params: { name: 'retention' }, status: 404 });
  await player.ask('admin.runSweep', 'what nobody needs any more', { params: { name: 'retention' }, service: 'payment' });
  await player.ask('admin.runSweep', 'asked for by a desk', { params: { name: 'quarantine' }, as: 'portal_csr', status: 403 });
  await player.ask('admin.unfreezeClock', 'time goes on', {});
  await player.ask('admin.freezeClock', 'time stops on a day to come', { body: { at: '2026-06-12T09:00:00Z' } });
  await player.ask('admin.freezeClock', 'never on one that is over', { body: { at: '2026-06-01T09:00:00Z' }, status: 422 });
  await player.ask('admin.advanceClock', 'time goes back for nobody', { body: { duration: '-1h' }, status: 422 });
  await player.ask('admin.advanceClock', 'a day on; what falls due on the way is done', { body: { duration: '1d' } });
  await player.ask('admin.retrieveClock', 'the business time now', {});
}

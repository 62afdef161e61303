import type { Database, Tx } from '#db/database';
import { record } from '#events/record';
import { resources, type ResourceKey } from '#generated/resources';
import type { HubHandlers } from '#generated/stubs/platform';
import { createHub, deleteHub } from '#policy/hub';
import { BadRequest, NotFound } from '#runtime/errors';
import type { AnyHandler } from '#runtime/http/host';
import type { Operation } from '#runtime/operation';
import { storable } from '#runtime/storable';
import { operationOf } from '../resource/operation.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Service } from '../service.ts';
import { isForbidden, targetOf } from './address.ts';
import type { Handlers } from './notification.ts';
import type { Notifier } from './notifier.ts';
import { checkFilters, textMax, wishOf } from './query.ts';
import { insertHub, removeHub } from './store.ts';

export interface HubParts {
  readonly service: Service;
  /** Of the platform role, which owns the subscriptions. */
  readonly database: Database;
  readonly notifier: Notifier;
}

/** One installation, one limit: two registrations at once see each other. */
const registrationLock = 7_622_003;

/** `POST /hub` and `DELETE /hub/{id}` of any API; which one, the operation tells. */
function hubHandlers({ service, database, notifier }: HubParts): HubHandlers {
  return {
    'hub-create': async ({ operation: { api, path }, body }) => {
      requireOwner('hub', api, null); // it shows everybody's
      const { callback, query } = body;
      if (callback.length > textMax || !storable(callback)) throw new BadRequest('The callback cannot be stored', [{ pointer: '/callback', message: `must be at most ${textMax} characters` }]);
      const wish = wishOf(api, query ?? null);
      await checkFilters(database, api, wish);
      const target = await targetOf(callback, service.config.hubAllowHosts);
      const forbidden = isForbidden(target) ? target : { host: target.url.hostname, why: null };
      const id = await database.tx(async (tx) => {
        const facts = { api, callback, host: forbidden.host, forbidden: forbidden.why, count: await countHubs(tx) };
        const made = await insertHub(tx, createHub.permit(tx, facts), { api, callback, query: query ?? null, eventNames: wish.eventNames, at: service.clock.now() });
        record(tx, 'hub.created', made, { hubId: made, api, host: forbidden.host, query: query ?? null });
        return made;
      });
      return { status: 201, body: { id, callback, ...(query === undefined ? {} : { query }) }, headers: { Location: service.href(`${path}/${id}`) } };
    },
    'hub-delete': async ({ operation: { api }, params: { id } }) => {
      requireOwner('hub', id, null);
      await database.tx(async (tx) => {
        const found = storable(id) ? await tx.one('SELECT 1 FROM integrations.hub WHERE id = $1 AND api = $2 FOR UPDATE', [id, api]) : null;
        if (!found) throw new NotFound('subscription', id);
        await removeHub(tx, deleteHub.permit(tx), id);
        record(tx, 'hub.deleted', id, { hubId: id, api });
      });
      notifier.forget(id);
      return { status: 204 };
    },
  };
}

async function countHubs(tx: Tx): Promise<number> {
  await tx.read('SELECT pg_advisory_xact_lock($1)', [registrationLock]);
  return (await tx.one<{ count: number }>('SELECT count(*) AS count FROM integrations.hub'))?.count ?? 0;
}

/** The handlers of a service with those of its hubs, by operation key. */
export function withHubs(parts: HubParts, rows: readonly Operation[], handlers: Handlers): Handlers {
  const hub = { ...hubHandlers(parts) } as Record<string, AnyHandler>; // one handler answers the operations of every API, whose documents agree
  const hubs = rows.flatMap(({ key, kind }) => (kind === 'hub-create' || kind === 'hub-delete' ? [[key, hub[kind]!] as const] : []));
  const deletes = Object.values(resources).flatMap(({ key }) => {
    const operation = operationOf(key as ResourceKey, 'delete'); // a key of the same table
    const handler = operation && handlers[operation.key];
    return handler ? [[operation.key, keepingRemains(parts.notifier, key as ResourceKey, handler)] as const] : [];
  });
  return { ...handlers, ...Object.fromEntries(deletes), ...Object.fromEntries(hubs) };
}

/** Before a resource is deleted its last representation is kept, while there is anybody to be told. */
const keepingRemains = (notifier: Notifier, key: ResourceKey, remove: AnyHandler): AnyHandler => async (call) => {
  const { id } = call.params as { readonly id: string }; // of every operation on one resource
  await notifier.keepRemains(key, id);
  return remove(call);
};

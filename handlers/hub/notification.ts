/** What a subscriber receives: the envelope of the TM Forum around the resource as of the event (TMF.md §5). */
import type { Database } from '#db/database';
import type { Unrendered } from '#events/hub/delivery';
import { remainsOf } from '#events/hub/remains';
import { eventCatalogue, type EventType, type HubEvent } from '#generated/events';
import { resources, type ResourceKey } from '#generated/resources';
import { isoTime } from '#runtime/clock';
import { NotFound } from '#runtime/errors';
import type { AnyHandler } from '#runtime/http/host';
import { operationOf } from '../resource/operation.ts';
import { matches, wishOf } from './query.ts';

export type Representation = Readonly<Record<string, unknown>>;
export type Handlers = Readonly<Record<string, AnyHandler>>;

const keyOf = ({ api, resource }: Pick<Unrendered, 'api' | 'resource'>): ResourceKey => `${api}.${resource}` as ResourceKey; // the generator checks the catalogue of events against the table

/**
 * Body of one notification.
 * @param handlers of the services in this process: a resource is shown as its own GET shows it
 * @returns null when the subscriber has not asked for it
 */
export async function render(database: Database, handlers: Handlers, delivery: Unrendered): Promise<string | null> {
  const resource = await representationOf(database, handlers, delivery);
  if (!resource) return null;
  const wanted = await matches(database, shownKey(delivery), wishOf(delivery.api, delivery.query), resource);
  return wanted ? JSON.stringify(envelopeOf(delivery, resource)) : null;
}

async function representationOf(database: Database, handlers: Handlers, delivery: Unrendered): Promise<Representation | null> {
  const key = shownKey(delivery);
  const { path, schema } = resources[key];
  const shown = await retrieved(handlers, key, delivery.aggregateId) ?? await remainsOf(database, `${path}/${delivery.aggregateId}`);
  if (shown) return asOf(delivery, shown);
  // Services of TMF638 and TMF640 share their types of events; one that is not here is the other API's.
  const isElsewhere = mappings(delivery).some(({ api, idPrefix }) => api !== delivery.api && idPrefix === null);
  return isElsewhere ? null : { id: delivery.aggregateId, href: `${path}/${delivery.aggregateId}`, '@type': schema };
}

const mappings = ({ eventType }: Unrendered): readonly HubEvent[] => eventCatalogue[eventType as EventType].hub; // written by the ledger, which knows no other types

/** The resource that stands in the notification. */
function shownKey(delivery: Unrendered): ResourceKey {
  const { api, eventName } = delivery;
  const resource = mappings(delivery).find((one) => one.api === api && one.event === eventName)?.shows ?? delivery.resource;
  return keyOf({ api, resource });
}

/** The resource as its own GET shows it, or null when it is gone. */
export async function retrieved(handlers: Handlers, key: ResourceKey, id: string): Promise<Representation | null> {
  const operation = operationOf(key, 'retrieve');
  const handler = operation && handlers[operation.key];
  if (!handler) throw new Error(`${key} cannot be retrieved here`);
  try {
    const { body } = await handler({ operation, params: { id }, query: {}, body: undefined, headers: {}, contentType: '' } as never); // a call without query and body fits every retrieve
    return body as Representation; // a retrieve answers one resource
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

const stateAttributes = ['state', 'status', 'lifecycleStatus'] as const;
const stateEvent = /(Create|StateChange|StatusChange)Event$/;

/** The resource may have moved on since: the state is the one the event tells of. */
function asOf({ eventName, payload }: Unrendered, shown: Representation): Representation {
  const { to } = payload;
  const attribute = stateAttributes.find((name) => typeof shown[name] === 'string');
  if (!stateEvent.test(eventName) || typeof to !== 'string' || attribute === undefined || shown['@type'] === 'Monitor') return shown;
  return { ...shown, [attribute]: to };
}

function envelopeOf(delivery: Unrendered, resource: Representation): object {
  const at = isoTime(delivery.occurredAt);
  const changed = Array.isArray(delivery.payload['changed']) ? delivery.payload['changed'] : [];
  return {
    eventId: delivery.eventId, eventTime: at, eventType: delivery.eventName, correlationId: delivery.traceId,
    domain: resources[keyOf(delivery)].path.split('/').at(-3), title: titleOf(delivery), description: descriptionOf(delivery), priority: 'Normal',
    timeOcurred: at, timeOccurred: at,
    ...(changed.length > 0 ? { fieldPath: changed.map((name) => `event.${delivery.resource}.${String(name)}`).join(',') } : {}),
    event: { [delivery.resource]: resource },
  };
}

/** `ProductOrderStateChangeEvent` reads "Product order state change". */
function titleOf({ eventName }: Unrendered): string {
  const words = eventName.replace(/Event$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function descriptionOf({ resource, aggregateId, eventType, payload }: Unrendered): string {
  const { from, to } = payload;
  const way = typeof to === 'string' ? `: ${typeof from === 'string' ? `${from} to ${to}` : to}` : '';
  return `${resource} ${aggregateId}${way} (${eventType})`;
}

/** Where a notification goes: to the listener path below the callback, unless the callback is one. */
export function listenerUrl(callback: URL, eventName: string): URL {
  const url = new URL(callback);
  if (/\/listener\/\w+\/?$/.test(url.pathname)) return url;
  const base = url.pathname.replace(/\/+$/, '').replace(/\/listener$/, '');
  url.pathname = `${base}/listener/${eventName.charAt(0).toLowerCase()}${eventName.slice(1)}`;
  return url;
}

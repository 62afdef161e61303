/** specs/events.yaml: the event catalogue of DOMAIN.md §7 with the notification each type becomes. */
import type { Spec } from './load-spec.ts';
import { SpecError } from './spec-error.ts';
import { pascalCase } from './source.ts';

interface Entry {
  aggregate: string;
  area: string;
  /** Put before the last part of each type, `task_`. */
  prefix?: string;
  hub: { api: string; resource: string; id?: string; shows?: string }[];
  payload: string[];
  /** One suffix, or several where one event is told in several ways. */
  types: Record<string, string | string[]>;
}

/** A notification that subscribers of one resource get. */
export interface Notification {
  api: string;
  resource: string;
  /** `ProductOrderCreateEvent`. */
  event: string;
  /** Prefix of the ids it is about, where the aggregate feeds several resources. */
  idPrefix: string | null;
  /** The resource that is shown, where it is not the one the notification is named after. */
  shows: string;
}

export interface EventType {
  type: string;
  aggregate: string;
  hub: Notification[];
  payload: string[];
}

/**
 * The catalogue as one row per event type, in file order. Throws SpecError for a type that
 * occurs twice and for a notification that its TM Forum document does not define.
 */
export function eventTypes(value: unknown, specs: readonly Spec[]): EventType[] {
  // A list of entries by the file's own comment; a missing member fails below by name.
  const rows = (value as Entry[]).flatMap(expand);
  const seen = new Set<string>();
  for (const row of rows) {
    if (seen.has(row.type)) throw new SpecError(`specs/events.yaml names ${row.type} twice`);
    seen.add(row.type);
    for (const notification of row.hub) assertDefined(row.type, notification, specs);
  }
  return rows;
}

function expand(entry: Entry): EventType[] {
  return Object.entries(entry.types).map(([name, suffix]) => ({
    type: `${entry.area}.${entry.prefix ?? ''}${name}`,
    aggregate: entry.aggregate,
    hub: [suffix].flat().filter((one) => one !== 'none').flatMap((one) => entry.hub.map((hub) => notificationOf(hub, one))),
    payload: entry.payload,
  }));
}

function notificationOf(hub: Entry['hub'][number], suffix: string): Notification {
  return { api: hub.api, resource: hub.resource, event: `${pascalCase(hub.resource)}${suffix}Event`, idPrefix: hub.id ?? null, shows: hub.shows ?? hub.resource };
}

/** TMF678 publishes no events for on-demand bills and rates; ours have its form without its schema. */
const undocumented = new Set(['CustomerBillOnDemandStateChangeEvent', 'AppliedCustomerBillingRateCreateEvent']);

function assertDefined(type: string, { api, event }: Notification, specs: readonly Spec[]): void {
  const spec = api.startsWith('TMF') ? specs.find((one) => one.api === api) : undefined;
  if (!spec || undocumented.has(event) || spec.document.components.schemas[event]) return;
  throw new SpecError(`specs/events.yaml: ${type} is notified as ${event}, which ${spec.file} does not define`);
}

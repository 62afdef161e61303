/** generated/events.ts: the event catalogue. */
import type { GeneratedFile } from './banner.ts';
import type { Inputs } from './inputs.ts';
import { literal, memberName, quoted } from './source.ts';

const declarations = `/** A notification that subscribers of one resource get (TMF.md §5). */
export interface HubEvent {
  readonly api: string;
  readonly resource: string;
  /** \`ProductOrderCreateEvent\`. */
  readonly event: string;
  /** Prefix of the aggregate ids it is about, where the aggregate feeds several resources. */
  readonly idPrefix: string | null;
  /** The resource that is shown, where it is not the one the notification is named after. */
  readonly shows: string;
}

export interface EventDescription {
  readonly aggregate: AggregateType;
  readonly hub: readonly HubEvent[];
  /** Payload members besides the ids and, on a change of state, from, to, trigger and reason. */
  readonly payload: readonly string[];
}
`;

export function eventsFile({ events }: Inputs): GeneratedFile {
  const aggregates = [...new Set(events.map(({ aggregate }) => aggregate))];
  const body = [
    '/** Every type of domain event, DOMAIN.md §7. */', 'export type EventType =', `${events.map(({ type }) => `  | ${quoted(type)}`).join('\n')};`, '',
    '/** What an event happens to. */', 'export type AggregateType =', `${aggregates.map((name) => `  | ${quoted(name)}`).join('\n')};`, '',
    declarations,
    'export const eventCatalogue: Readonly<Record<EventType, EventDescription>> = {',
    ...events.map(({ type, aggregate, hub, payload }) => `  ${memberName(type)}: ${literal({ aggregate, hub, payload })},`),
    '};', '',
  ].join('\n');
  return { path: 'generated/events.ts', generator: 'tools-gen/events.ts', inputs: ['specs/events.yaml'], body };
}

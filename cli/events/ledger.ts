import { UsageError } from 'clipanion';
import { eventCatalogue } from '#generated/events';
import { ok } from '#runtime/client';
import { oneOf } from '../choice.ts';
import { wholeNumber } from '../duration.ts';
import { momentOf } from '../moment.ts';
import { nearest } from '../nearest.ts';
import type { Paging } from '../page.ts';
import type { Event } from '../renderers/event.ts';
import type { Session } from '../session.ts';

export interface EventSelection {
  readonly aggregate: string | undefined;
  readonly type: string | undefined;
  readonly kind: string | undefined;
  readonly trace: string | undefined;
  readonly since?: string | undefined;
  readonly after?: string | undefined;
}

/** Every service reads the same ledger; this one is asked. */
const reader = 'crm';
const limitDefault = 100;
const limitMax = 1000;
const pageSize = 500;
/** A million events; who wants more of them asks the database. */
const pagesMax = 2000;
const beginning = '1970-01-01T00:00:00.000Z';

const kinds = [...new Set(Object.values(eventCatalogue).map(({ aggregate }) => aggregate))];

/** @throws UsageError when no event can be of this type */
function typeOf(text: string): string {
  const types = Object.keys(eventCatalogue);
  if (types.includes(text) || (text.endsWith('.*') && types.some((type) => type.startsWith(text.slice(0, -1))))) return text;
  const meant = nearest(text, types);
  throw new UsageError(`--type takes an event such as order.completed, or order.* for all of an area; ${meant ? `did you mean ${meant}?` : `it is "${text}".`}`);
}

/**
 * Query of `audit.listEvent` for what was asked for.
 * @throws UsageError for a type, kind or moment that is none
 */
export function eventQuery({ aggregate, type, kind, trace, since, after }: EventSelection) {
  return {
    ...(aggregate === undefined ? {} : { aggregateId: aggregate }),
    ...(type === undefined ? {} : { eventType: typeOf(type) }),
    ...(kind === undefined ? {} : { aggregateType: oneOf(kind, kinds, '--kind') }),
    ...(trace === undefined ? {} : { traceId: trace }),
    ...(since === undefined ? {} : { since: momentOf(since, '--since') }),
    ...(after === undefined ? {} : { after }),
  };
}

export type EventQuery = ReturnType<typeof eventQuery> & { readonly limit?: number };

export const readEvents = ({ clients }: Pick<Session, 'clients'>, query: EventQuery): Promise<Event[]> =>
  ok(clients.audit(reader).GET('/event', { params: { query } }));

/** Events from a cursor on, oldest first, page by page until the newest. */
export async function* eventsAfter(session: Pick<Session, 'clients'>, query: EventQuery): AsyncGenerator<Event[]> {
  let cursor = query;
  for (let page = 0; page < pagesMax; page++) {
    const events = await readEvents(session, { ...cursor, limit: pageSize });
    if (events.length > 0) yield events;
    const last = events.at(-1);
    if (!last || events.length < pageSize) return;
    cursor = { ...cursor, after: last.eventId };
  }
}

/** `bss events list`. @returns the exit code */
export async function listEvents(session: Session, paging: Paging, selection: EventSelection): Promise<number> {
  const query = eventQuery(selection);
  if (paging.all) {
    for await (const page of eventsAfter(session, { since: beginning, ...query })) await printEvents(session, page, selection);
    return 0;
  }
  const limit = paging.limit === undefined ? limitDefault : wholeNumber(paging.limit, '--limit', 1, limitMax);
  const offset = paging.offset === undefined ? 0 : wholeNumber(paging.offset, '--offset', 0, limitMax);
  if (limit + offset > limitMax) throw new UsageError(`--limit and --offset together reach back ${limitMax} events; --since or --all go further.`);
  const events = (await readEvents(session, { ...query, limit: limit + offset })).slice(offset);
  const ascending = query.since !== undefined || query.after !== undefined;
  await printEvents(session, ascending ? events : events.toReversed(), selection);
  return 0;
}

/** Events for people: a card of one line each; for scripts like any other list. */
async function printEvents({ output }: Session, events: readonly Event[], { aggregate, type }: EventSelection): Promise<void> {
  if (output.scripted || output.options.fields.length > 0) return output.rows(events, 'Event');
  const [{ card }, { eventLines }, { clean }] = await Promise.all([import('../renderers/card.ts'), import('../renderers/event.ts'), import('../renderers/text.ts')]);
  const filter = [aggregate, type].filter((part) => part !== undefined).map((part) => clean(part)).join(' ');
  output.raw(card({ title: 'Events', marks: [String(events.length), filter === '' ? '' : `filter ${filter}`], lines: eventLines(events, output.look) }, output.look));
}

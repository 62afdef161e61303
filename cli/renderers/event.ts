import type { components } from '#generated/types/audit';
import { lineWidth } from './card.ts';
import { painted, type Look } from './look.ts';
import { clean, displayWidth, fit, padEnd } from './text.ts';
import { dateText, preciseText } from './values.ts';

export type Event = components['schemas']['Event'];

const traceShown = 4;
/** Leaves room for a short actor and the trace on 80 columns. */
const typeWidthMin = 28;

/** `09:15:02.114  subscription.vas_purchased  SUB-009  llm/ada  trace 4825..`: one event on one line. */
export function eventLine(event: Event, look: Look, typeWidth = typeWidthMin): string {
  const trace = event.traceId ? painted(`trace ${clean(event.traceId).slice(0, traceShown)}..`, 'dim', look) : '';
  const who = `${clean(event.channel)}/${clean(event.actor)}`;
  const parts = [preciseText(event.occurredAt), padEnd(painted(clean(event.eventType), 'cyan', look), typeWidth), padEnd(clean(event.aggregateId), 9), who, trace];
  return fit(parts.join('  ').trimEnd(), lineWidth(look));
}

/** The line above the first event of a day; none where the day goes on. Lines of events have no room for a date. */
export const dayLines = (before: Event | undefined, { occurredAt }: Event, look: Look): string[] =>
  (before && dateText(before.occurredAt) === dateText(occurredAt) ? [] : [painted(dateText(occurredAt), 'dim', look)]);

/** Events below each other, each day under its date. */
export function eventLines(events: readonly Event[], look: Look): string[] {
  const typeWidth = Math.max(typeWidthMin, ...events.map(({ eventType }) => displayWidth(clean(eventType))));
  return events.flatMap((event, index) => [...dayLines(events[index - 1], event, look), eventLine(event, look, typeWidth)]);
}

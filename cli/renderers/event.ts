import type { components } from '#generated/types/audit';
import { lineWidth } from './card.ts';
import { painted, type Look } from './look.ts';
import { clean, fit, padEnd } from './text.ts';
import { preciseText } from './values.ts';

export type Event = components['schemas']['Event'];

const traceShown = 4;
/** Leaves room for a short actor and the trace on 80 columns. */
const typeWidth = 28;

/** `09:15:02.114  subscription.vas_purchased  SUB-009  llm/ada  trace 4825..`: one event on one line. */
export function eventLine(event: Event, look: Look): string {
  const trace = event.traceId ? painted(`trace ${clean(event.traceId).slice(0, traceShown)}..`, 'dim', look) : '';
  const who = `${clean(event.channel)}/${clean(event.actor)}`;
  const parts = [preciseText(event.occurredAt), padEnd(painted(clean(event.eventType), 'cyan', look), typeWidth), padEnd(clean(event.aggregateId), 9), who, trace];
  return fit(parts.join('  ').trimEnd(), lineWidth(look));
}

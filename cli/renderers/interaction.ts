import type { components } from '#generated/types/TMF683';
import { card, lineWidth } from './card.ts';
import { stateText, type Look } from './look.ts';
import { clean, wrap } from './text.ts';
import { minuteText } from './values.ts';

export type PartyInteraction = components['schemas']['PartyInteraction'];

/** A contact with a customer: when, whether they or we began it, on which way, and what about. */
export function renderInteraction(one: PartyInteraction, look: Look): string {
  const status = clean(one.status ?? '');
  const party = one.relatedParty?.[0]?.id ?? '';
  const facts = [minuteText(one.interactionDate?.startDateTime), clean(party), clean(one.direction ?? ''), clean(one.channel?.[0]?.name ?? one.channel?.[0]?.id ?? '')];
  return card({
    title: 'Interaction',
    marks: [clean(one.id ?? ''), stateText(status, look)],
    lines: [facts.filter((fact) => fact !== '').join('   '), ...wrap(clean(one.reason ?? ''), lineWidth(look)), ...wrap(clean(one.description ?? ''), lineWidth(look))].filter((line) => line !== ''),
  }, look);
}

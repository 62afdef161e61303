import type { components as Tmf635 } from '#generated/types/TMF635';
import { card } from './card.ts';
import { characteristicText, usedText } from './characteristics.ts';
import { stateText, type Look } from './look.ts';
import { clean } from './text.ts';
import { minuteText } from './values.ts';

export type Usage = Tmf635['schemas']['Usage'];

/** `4 GB data   90000005   2026-11-22 09:15`: one record and what became of it. */
export function renderUsage(usage: Usage, look: Look): string {
  const customer = usage.relatedParty?.find(({ role }) => role === 'customer')?.id;
  const facts = [
    `${usedText(usage)} ${clean(usage.usageType ?? '')}`.trim(), characteristicText(usage, 'msisdn'), characteristicText(usage, 'roaming') === 'true' ? 'roaming' : '',
    minuteText(usage.usageDate), customer === undefined ? '' : clean(customer),
  ];
  return card({
    title: 'Usage',
    marks: [clean(usage.id ?? ''), stateText(usage.status ?? '', look, clean(usage.status ?? ''))],
    lines: [facts.filter((fact) => fact !== '' && fact !== '-').join('   ')],
  }, look);
}

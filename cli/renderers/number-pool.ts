import type { components } from '#generated/types/inventory';
import { bar } from './bar.ts';
import { card } from './card.ts';
import type { Look } from './look.ts';
import { clean } from './text.ts';
import { grouped } from './values.ts';

export type MsisdnCount = components['schemas']['MsisdnCount'];

/** How much of the numbering plan is left. */
export function renderNumberPool(count: MsisdnCount, look: Look): string {
  const states = [
    [count.available, 'free'], [count.reserved, 'reserved'], [count.assigned, 'assigned'], [count.quarantined, 'quarantined'], [count.ported_out, 'ported out'],
  ] as const;
  const shown = states.filter(([numbers, name]) => numbers > 0 || name === 'free').map(([numbers, name]) => `${grouped(numbers)} ${name}`);
  const share = count.total === 0 ? 0 : count.available / count.total;
  return card({
    title: 'Number pool',
    marks: [count.prefix === '' ? `${grouped(count.total)} numbers` : `prefix ${clean(count.prefix)}`],
    lines: [`${bar(share, look)}  ${shown.join('   ')}`],
  }, look);
}

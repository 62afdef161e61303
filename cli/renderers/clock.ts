import type { components } from '#generated/types/admin';
import { card } from './card.ts';
import type { Look } from './look.ts';
import { clean } from './text.ts';
import { minuteText } from './values.ts';

export type Clock = components['schemas']['Clock'];

/** Most of what fell due that is named; `--json` has all. */
const shownMax = 20;

/** Business time, and after an advance what fell due on the way, in order. */
export function renderClock({ now, frozen, ran = [] }: Clock, look: Look): string {
  const done = ran.filter(({ changed }) => changed > 0);
  const hidden = done.length - shownMax;
  return card({
    title: 'Clock',
    marks: [`${minuteText(now)} UTC`, frozen ? 'stands still' : 'runs'],
    lines: [
      ...done.slice(0, shownMax).map(({ name, changed, at }) => `${minuteText(at)}  ${clean(name)}  ${changed}`),
      ...(hidden > 0 ? [`and ${hidden} more`] : []),
    ],
  }, look);
}

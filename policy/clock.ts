import { action } from './action.ts';
import { rule } from './rule.ts';

export interface ClockFacts {
  readonly asked: 'advance' | 'freeze';
  /** Business time, epoch milliseconds. */
  readonly nowMs: number;
  /** Where it is to stand afterwards, epoch milliseconds. */
  readonly toMs: number;
}

export const clockBackwards = rule<ClockFacts>({
  code: 'admin.clock.backwards',
  title: 'Time does not go back.',
  when: 'an advance does not lead forward, or a freeze names a moment that is over',
  check: ({ asked, nowMs, toMs }) => (asked === 'freeze' ? toMs >= nowMs : toMs > nowMs),
  context: ({ asked, nowMs, toMs }) => ({ asked, now: new Date(nowMs).toISOString(), to: new Date(toMs).toISOString() }),
  fix: () => [{ hint: 'Look at the clock and name a later moment.', tool: 'clock.now', args: {} }],
});

export const freezeClock = action('clock.freeze', [clockBackwards]);
export const advanceClock = action('clock.advance', [clockBackwards]);
export const unfreezeClock = action('clock.unfreeze');

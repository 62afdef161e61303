import test from 'ava';
import { advanceClock, freezeClock, unfreezeClock } from '#policy/clock';
import { PolicyViolation } from '#runtime/errors';

const nowMs = Date.parse('2026-04-11T09:00:00Z');

test('an advance leads forward, a freeze may stay', (t) => {
  for (const [asked, rules, byMs, allowed] of [
    ['advance', advanceClock, 1, true], ['advance', advanceClock, 0, false], ['advance', advanceClock, -1, false],
    ['freeze', freezeClock, 1, true], ['freeze', freezeClock, 0, true], ['freeze', freezeClock, -1, false],
  ] as const) {
    t.is(rules.check({ asked, nowMs, toMs: nowMs + byMs }).length === 0, allowed, `${asked} by ${byMs} ms`);
  }
  t.notThrows(() => unfreezeClock.permit({}));
});

test('going back is refused with both times and the way to see the clock', (t) => {
  const error = t.throws(() => advanceClock.permit({}, { asked: 'advance', nowMs, toMs: nowMs - 86_400_000 }), { instanceOf: PolicyViolation });
  t.is(error.rule, 'admin.clock.backwards');
  t.is(error.status, 422);
  t.deepEqual(error.context, { asked: 'advance', now: '2026-04-11T09:00:00.000Z', to: '2026-04-10T09:00:00.000Z' });
  t.is(error.fix[0]?.tool, 'clock.now');
});

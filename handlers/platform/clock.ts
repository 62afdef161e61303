import type { PlatformHandlers } from '#generated/stubs/platform';
import type { components } from '#generated/types/admin';
import { isoTime } from '#runtime/clock';
import { BadRequest } from '#runtime/errors';
import type { Service } from '../service.ts';
import type { Sweep } from '../sweep.ts';
import type { SharedClock, Way } from './shared-clock.ts';

type ClockAnswer = components['schemas']['Clock'];
type SweepCount = components['schemas']['SweepCount'];
type Handlers = Pick<PlatformHandlers, 'admin.retrieveClock' | 'admin.freezeClock' | 'admin.advanceClock' | 'admin.unfreezeClock'>;

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
/** Runs of sweeps on the way of one advance: thirty years of a daily one. */
const runsMax = 10_000;
/** Periods and expiries still have to fit behind it in four digits of a year. */
const lastYear = 2999;
const lastMs = Date.UTC(lastYear + 1) - 1;

/**
 * The clock's calls.
 * @param sweeps of every service in this process; those of other processes follow by their own loops
 */
export function clockHandlers(service: Service, shared: SharedClock, sweeps: readonly Sweep[]): Handlers {
  const { clock } = shared;
  const answer = (): ClockAnswer => ({
    id: 'clock', href: service.href('/bss-api/admin/v1/clock'), '@type': 'Clock',
    now: isoTime(clock.now()), frozen: clock.state.frozenAtMs !== null, offsetMs: clock.now().getTime() - clock.tick(),
  });
  return {
    'admin.retrieveClock': async () => ({ body: answer() }),
    'admin.freezeClock': async ({ body }) => {
      await shared.freeze(body?.at === undefined ? null : new Date(withinTime(Date.parse(body.at))));
      return { body: answer() };
    },
    'admin.advanceClock': async ({ body }) => {
      const fromMs = clock.now().getTime();
      const goalMs = withinTime(body.to === undefined ? fromMs + durationMs(body.duration ?? '') : Date.parse(body.to));
      const ran = await advance(shared, sweeps, { fromMs, goalMs });
      return { body: { ...answer(), ran } };
    },
    'admin.unfreezeClock': async () => {
      await shared.unfreeze();
      return { body: answer() };
    },
  };
}

/** @throws {BadRequest} later than any clock of ours goes */
function withinTime(ms: number): number {
  if (ms > lastMs) throw new BadRequest(`The clock ends with the year ${lastYear}.`);
  return ms;
}

/** `1h 15m` in milliseconds; a leading minus counts for all of it. */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+)([dhms])/g)];
  const total = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0), 0);
  return text.startsWith('-') ? -total : total;
}

/**
 * Goes to the goal by way of every moment at which a sweep has something to do, in order of time.
 * @throws {PolicyViolation} admin.clock.backwards, before anything is done
 */
async function advance(shared: SharedClock, sweeps: readonly Sweep[], way: Way): Promise<SweepCount[]> {
  const { clock } = shared;
  const ran: SweepCount[] = [];
  const useful = new Set(sweeps);
  if (useful.size > 0) await shared.step(way, way.fromMs); // may it go there at all?
  while (ran.length < runsMax) {
    const next = await earliest([...useful], way.goalMs);
    if (!next) break;
    await shared.step(way, next.atMs);
    const at = isoTime(clock.now());
    const { changed } = await next.sweep.run();
    // What stays due though the sweep ran is stuck until something else happens.
    if (changed === 0) useful.delete(next.sweep);
    ran.push({ name: next.sweep.name, changed, at });
  }
  await shared.arrive(way);
  return ran;
}

async function earliest(sweeps: readonly Sweep[], goalMs: number): Promise<{ sweep: Sweep; atMs: number } | null> {
  const found = await Promise.all(sweeps.map(async (sweep) => ({ sweep, atMs: (await sweep.due())?.getTime() ?? Infinity })));
  const next = found.reduce<{ sweep: Sweep; atMs: number } | null>((best, one) => (best && best.atMs <= one.atMs ? best : one), null);
  return next && next.atMs <= goalMs ? next : null;
}

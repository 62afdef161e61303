import { ok as answered } from '#runtime/client';
import type { Endpoint } from '../run/server-state.ts';
import { probe } from '../run/stack.ts';
import type { Session } from '../session.ts';
import { fail, ok, warn, type Finding } from './check.ts';

/** Every service must say it is ready. */
export async function serviceChecks(services: readonly Endpoint[]): Promise<Finding> {
  const found = await Promise.all(services.map(probe));
  const sick = found.filter(({ state }) => state !== 'healthy').map(({ name }) => name);
  if (sick.length > 0) return fail('services', `not ready: ${sick.join(', ')}`, 'bss logs -n 50 tells why; bss down and bss up start anew');
  return ok('services', `${found.length} ready on ports ${Math.min(...services.map(({ port }) => port))} to ${Math.max(...services.map(({ port }) => port))}`);
}

const apartMsMin = 1000;

/** A clock that was frozen or moved is no fault, but it explains many a surprise. */
export async function clockCheck({ clients }: Session): Promise<Finding> {
  const clock = await answered(clients.admin('crm').GET('/clock'));
  if (clock.frozen) return warn('clock', `business time stands still at ${clock.now}`, 'bss clock unfreeze');
  if (Math.abs(clock.offsetMs) > apartMsMin) return warn('clock', `business time is ${apartText(clock.offsetMs)} this machine`, 'nothing, if that is meant');
  return ok('clock', `runs, ${clock.now}`);
}

/** `30 d 23 h ahead of`, `5 s behind`. */
function apartText(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const parts = [[Math.floor(seconds / 86_400), 'd'], [Math.floor(seconds / 3600) % 24, 'h'], [Math.floor(seconds / 60) % 60, 'min'], [seconds % 60, 's']] as const;
  const said = parts.filter(([count]) => count > 0).slice(0, 2).map(([count, unit]) => `${count} ${unit}`);
  return `${said.join(' ')} ${offsetMs < 0 ? 'behind' : 'ahead of'}`;
}

/** Messages set aside after their last retry hold back later events of their aggregate. */
export async function parkedCheck({ clients }: Session): Promise<Finding> {
  const parked = await answered(clients.admin('crm').GET('/parkedMessage', { params: { query: { state: 'parked', limit: 10 } } }));
  if (parked.length === 0) return ok('parked', 'no message is set aside');
  const named = parked.map(({ consumer, eventType, aggregateId }) => `${consumer} ${eventType} ${aggregateId}`).join(', ');
  return fail('parked', `set aside: ${named}`, `bss api admin.replayParkedMessage -p id=${parked[0]?.id ?? ''} --yes`);
}

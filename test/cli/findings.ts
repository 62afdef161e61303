import { fail, ok, warn, type Finding } from '#cli/doctor/check';

/** A checkup with one finding of each kind; `text` is what a failing check says. */
export const stackFindings = (text: string): Finding[] => [
  ok('node', '24.12.0'),
  warn('clock', 'business time stands still at 2026-11-22T09:15:00.000Z', 'bss api admin.unfreezeClock --yes'),
  fail('parked', `set aside: ${text}`, 'bss api admin.replayParkedMessage -p id=1 --yes'),
];

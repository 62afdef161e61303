import type { Balance } from '#cli/renderers/balance';
import type { Subscription } from '#cli/renderers/subscription';
import type { Look } from '#cli/renderers/look';

export const now = new Date('2026-11-22T09:15:00.000Z');

const gigabyte = 1_073_741_824;
const megabyte = 1_048_576;

/** Every look of AGENT-AND-CLI §8. */
export const looks: readonly Look[] = [80, 120].flatMap((width) =>
  [false, true].flatMap((unicode) => [false, true].map((color) => ({ width, unicode, color, now }))));

export const plain: Look = { width: 80, unicode: false, color: false, now };

export function balance(allowance: Balance['allowance'], unit: Balance['unit'], total: number | null, remaining: number | null, blocking = false): Balance {
  const unlimited = total === null;
  return { allowance, unit, total, remaining, unlimited, blocking, consumed: unlimited ? 0 : total - (remaining ?? 0), buckets: [] };
}

export const line: Subscription = {
  id: 'SUB-009', href: 'http://localhost:8006/bss-api/subscription/v1/subscription/SUB-009', '@type': 'Subscription',
  customerId: 'CUST-022', offeringId: 'PLAN_M', offeringName: 'Standard', orderId: 'ORD-014', msisdn: '90000005', iccid: '8965010000000000053',
  state: 'active', blockReason: null, price: { priceId: 'PRICE_PLAN_M', name: 'Standard', amount: { unit: 'SGD', value: 25 } },
  periodStart: '2026-11-04T09:15:00.000Z', periodEnd: '2026-12-04T09:15:00.000Z', anchor: '4 17:15:00', blockingAllowances: ['data'],
  balances: [
    balance('data', 'byte', 30 * gigabyte, 9830 * megabyte, true), balance('voice', 'second', null, null), balance('sms', 'message', null, null),
    balance('data_roaming', 'byte', 500 * megabyte, 400 * megabyte),
  ],
  activationPaymentId: 'PAY-007', activationBillId: 'BILL-004', createdAt: '2026-11-04T09:15:00.000Z', activatedAt: '2026-11-04T09:15:00.000Z', terminatedAt: null, terminationReason: null,
};

export const blockedLine: Subscription = {
  ...line, id: 'SUB-012', msisdn: '90000017', offeringId: 'PLAN_S', state: 'blocked', blockReason: 'exhausted', price: { priceId: 'PRICE_PLAN_S', amount: { unit: 'SGD', value: 10 } },
  balances: [balance('data', 'byte', 5 * gigabyte, 0, true), balance('voice', 'second', 6000, 3600), balance('sms', 'message', 100, 99)],
};

/** Data that tries to steer the terminal, or is longer or wider than expected. */
export const hostile = '\x1b[2J\x1b]8;;http://evil\x07Ada\u202eLim\u200b\u{e0041}\x9b31m\r\n\tx';
export const cjk = '陳大文 さくら 김철수';
export const overlong = 'Wolfeschlegelsteinhausenbergerdorff '.repeat(8).trim();

import { isoTime } from '#runtime/clock';
import type { Line } from './line.ts';

/** What every event of a line carries (DOMAIN §7). */
export const lineEvent = (line: Line): Readonly<Record<string, unknown>> => ({
  subscriptionId: line.id, customerId: line.customerId, offeringId: line.offeringId, msisdn: line.msisdn, iccid: line.iccid, orderId: line.orderId,
});

/** First and last moment of the present period, absent before activation. */
export const periodEvent = (line: Line): Readonly<Record<string, unknown>> =>
  line.periodStart && line.periodEnd ? { period: { start: isoTime(line.periodStart), end: isoTime(line.periodEnd) } } : {};

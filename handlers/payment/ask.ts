import { DryRunPassed } from '#runtime/errors';
import { current } from '#runtime/context';
import type { Service } from '../service.ts';
import type { GatewayAnswer } from './gateway.ts';
import { methodToken } from './method.ts';
import type { PaymentRow } from './payment.ts';

/** What every call to the gateway takes from the payment. */
export interface Asked {
  readonly token: string;
}

/**
 * The one door to the gateway: outside any transaction, and shut in a dry run.
 * @throws {DryRunPassed} the caller only wants to know whether the policies allow it
 * @throws {GatewayTimeout}
 */
export async function askGateway(service: Service, row: Pick<PaymentRow, 'id' | 'paymentMethodId'>, call: (asked: Asked) => Promise<GatewayAnswer>): Promise<GatewayAnswer> {
  if (current()?.dryRun) throw new DryRunPassed();
  if (row.paymentMethodId === null) throw new Error(`payment ${row.id} has no card to charge`);
  return call({ token: await methodToken(service.db, row.paymentMethodId) });
}

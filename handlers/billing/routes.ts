import type { BillingHandlers } from '#generated/stubs/billing';
import { billMachine, billTrigger, onlyState } from '#policy/bill';
import { patched } from '../resource/patch.ts';
import { changed, created, resourceRoutes, rowToWrite, type AnyCall } from '../resource/routes.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { listAccounts } from './account.ts';
import { billDefinition, rateDefinition, type BillRow } from './bill.ts';
import { createOnDemand, onDemandDefinition } from './on-demand.ts';
import { receiptOf } from './receipt.ts';
import { moveBill } from './store.ts';

export function billingRoutes(service: Service): BillingHandlers {
  const bills = resourceRoutes(service, billDefinition);
  const rates = resourceRoutes(service, rateDefinition);
  const requests = resourceRoutes(service, onDemandDefinition);
  return {
    'TMF678.listCustomerBill': bills.list,
    'TMF678.retrieveCustomerBill': bills.retrieve,
    'TMF678.patchCustomerBill': async (call) => changed(service, billDefinition, await patchBill(service, call)),
    'TMF678.listAppliedCustomerBillingRate': rates.list,
    'TMF678.retrieveAppliedCustomerBillingRate': rates.retrieve,
    'TMF678.listCustomerBillOnDemand': requests.list,
    'TMF678.retrieveCustomerBillOnDemand': requests.retrieve,
    'TMF678.createCustomerBillOnDemand': async ({ body }) => created(service, onDemandDefinition, await createOnDemand(service, body)),
    'billing.listBillingAccount': ({ query }) => listAccounts(service, query),
    'billing.retrieveBillDocument': async ({ params }) => ({ body: await receiptOf(service, params.id) }),
  };
}

/**
 * Holds a bill or releases it; the same state again changes nothing.
 * @throws {PolicyViolation} bill.patch.field_locked, bill.transition.invalid
 */
function patchBill(service: Service, call: AnyCall): Promise<BillRow> {
  return service.db.tx(async (tx) => {
    const row = await rowToWrite(tx, billDefinition, call);
    const change = await patched(service, billDefinition, row, call);
    if (!change) return row;
    const foreign = change.changed.filter((name) => name !== 'state');
    if (foreign.length > 0) throw onlyState(row.id, row.state, foreign);
    const move = billMachine.move(tx, row.state, billTrigger(row.id, row.state, change.after['state']), undefined, { billId: row.id, customerId: row.customerId });
    const stored = await moveBill(tx, move, row, service.clock.now());
    const { customerId, subscriptionId, orderId, paymentId, category, amountMinor, taxMinor, currency } = stored;
    recordMove(tx, move, row.id, {
      billId: row.id, customerId, subscriptionId, orderId, paymentId, category, amount: amountMinor, tax: taxMinor, currency,
    });
    return stored;
  });
}

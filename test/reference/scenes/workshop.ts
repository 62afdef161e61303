import { orderBody } from '#cli/order/creation';
import { customer, ended, lineOf } from '../../support/story.ts';
import { until } from '../../support/until.ts';
import type { Got, Player } from '../player.ts';

/** A network that does not answer: orders that wait for an operator, one helped on and one given up. */
export async function workshop(player: Player): Promise<void> {
  const fault = { params: { id: 'FLT-002' } };
  await player.ask('provisioning.patchFaultRule', 'the next entries get stuck', { ...fault, body: { enabled: true, kind: 'stuck', probability: 1 } });
  const [helped, givenUp] = [await heldOrder(player), await heldOrder(player)];
  await player.ask('provisioning.patchFaultRule', 'the network works again', { ...fault, body: { enabled: false } });
  await player.ask('order.retrieveSaga', 'where an order waits', { params: { id: helped } });
  const [stuck] = await player.ask('provisioning.listTask', 'what is stuck of it', { query: { orderId: helped, state: 'stuck' } });
  const params = { id: stuck.id };
  await player.ask('provisioning.retryTask', 'only what failed is tried again', { params, body: {}, status: 422 });
  await player.ask('provisioning.resolveTask', 'freeing a task wants a note', { params, body: { note: ' ' }, status: 422 });
  await player.ask('provisioning.resolveTask', 'the task is freed', { params, body: { note: 'Entry made by hand.' } });
  await player.ask('order.resumeProductOrder', 'the order need not wait for its next look', { params: { id: helped }, body: { note: 'go on' } });
  await ended(player.stack, helped);
  await player.ask('order.failProductOrder', 'the other order is given up', { params: { id: givenUp }, body: { reason: 'The register is down.' } });
  await ended(player.stack, givenUp);
  await player.stack.settle();
  await player.ask('TMF622.retrieveProductOrder', 'an order that was given up', { params: { id: givenUp } });
  await player.ask('order.failProductOrder', 'what is over is not given up again', { params: { id: givenUp }, body: { reason: 'Once more.' }, status: 422 });
  await player.ask('order.resumeProductOrder', 'nor resumed', { params: { id: givenUp }, body: { note: 'go on' }, status: 422 });
}

/** @returns an order that a stuck task holds */
async function heldOrder(player: Player): Promise<string> {
  const { stack } = player;
  const { id } = await player.ask('TMF622.createProductOrder', 'an order the network will not answer', { body: orderBody({ customerId: await customer(stack), offeringId: 'PLAN_S' }) });
  await until(async () => (await stack.sql("SELECT 1 FROM order_mgmt.product_order WHERE id = $1 AND state = 'held'", [id])).length > 0);
  return id;
}

/** What the steps of an order call; each finds what is there already, as after a crash. */
export async function steps(player: Player, { id, customerId }: Got): Promise<void> {
  const { orderId, offeringId, msisdn, iccid } = await lineOf(player.stack, id);
  const [paid] = await player.stack.sql<{ id: string; billId: string }>('SELECT id, bill_id AS "billId" FROM payment.payment WHERE order_id = $1 AND bill_id IS NOT NULL', [orderId]);
  const price = { priceId: 'PRICE_PLAN_S', name: 'Small', amount: { unit: 'SGD', value: 10 } };
  await player.ask('subscription.createSubscription', 'a line for an order; a repeat finds the line', { body: { orderId, customerId, offeringId, msisdn, iccid, price } });
  await player.ask('subscription.createSubscription', 'without a reservation there is no line', { body: { orderId: 'ORD-999', customerId, offeringId, msisdn: '90000990', iccid, price }, status: 422 });
  await player.ask('inventory.assignReservation', 'the line gets its number; a repeat changes nothing', { params: { orderId: orderId ?? '' }, body: { subscriptionId: id, customerId } });
  await player.ask('inventory.releaseReservation', 'a number in use is not given back', { params: { orderId: orderId ?? '' }, body: { hlrProvisioned: true, reason: 'a mistake' }, status: 422 });
  await player.ask('subscription.activateSubscription', 'what is paid is active; a repeat changes nothing', { params: { id }, body: { paymentId: paid!.id, billId: paid!.billId } });
  await player.ask('subscription.createVasPurchase', 'a plan is no top-up', { params: { id }, body: { offeringId: 'PLAN_S' }, status: 422 });
}

/** The end of a line that the network does not carry out, until somebody sees to it. */
export async function hardEnd(player: Player, { id, msisdn }: Got): Promise<void> {
  const fault = { params: { id: 'FLT-006' } };
  await player.ask('inventory.quarantineMsisdn', 'a number in use stays', { params: { msisdn }, body: { reason: 'a mistake' }, status: 422 });
  await player.ask('provisioning.patchFaultRule', 'removals fail', { ...fault, body: { enabled: true, kind: 'fail_always', probability: 1 } });
  await player.ask('provisioning.patchFaultRule', 'more than certain', { ...fault, body: { probability: 2 }, status: 422 });
  await player.ask('subscription.terminateSubscription', 'a line is ended', { params: { id }, body: { reason: 'moved abroad' } });
  await player.stack.settle();
  await player.ask('subscription.terminateSubscription', 'a repeat changes nothing', { params: { id }, body: { reason: 'moved abroad' } });
  await player.ask('subscription.activateSubscription', 'and does not begin again', { params: { id }, body: {}, status: 422 });
  await player.ask('subscription.createVasPurchase', 'a line that has ended buys nothing', { params: { id }, body: { offeringId: 'VAS_DATA_1GB' }, status: 422 });
  await player.ask('inventory.quarantineMsisdn', 'the line is gone, its number rests', { params: { msisdn }, body: { reason: 'The line is gone.' } });
  await player.ask('provisioning.patchFaultRule', 'the network works again', { ...fault, body: { enabled: false, kind: 'stuck' } });
  const [failed] = await player.ask('provisioning.listTask', 'what has failed of it', { query: { subscriptionId: id, state: 'failed' } });
  await player.ask('provisioning.retryTask', 'it is tried again', { params: { id: failed.id }, body: { note: 'Mended.' } });
  await player.stack.settle();
}

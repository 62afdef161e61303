import { ended } from '../../support/story.ts';
import type { Got, Player } from '../player.ts';

/** Where a line of 11 April renews first. */
const boundary = '2026-05-11T09:00:00Z';

/** What the months bring: another plan, another price, renewals. */
export async function months(player: Player, line: Got): Promise<void> {
  await orderOfPlan(player, line);
  await renewals(player, line);
}

/** An order for another plan waits for the renewal, and is called off before it comes. */
async function orderOfPlan(player: Player, { id, customerId }: Got): Promise<void> {
  const item = { id: '1', action: 'modify', productOffering: { id: 'PLAN_L' }, product: { id } };
  const body = { productOrderItem: [item], relatedParty: [{ id: customerId, role: 'customer', '@referredType': 'Customer' }] };
  const order = await player.ask('TMF622.createProductOrder', 'another plan for a line, from its next period on', { body });
  await player.stack.settle();
  await player.ask('TMF622.retrieveProductOrder', 'it waits for the renewal', { params: { id: order.id } });
  await player.ask('TMF622.createCancelProductOrder', 'the line is to keep its plan after all', { body: { productOrder: { id: order.id }, cancellationReason: 'changed my mind' } });
  await ended(player.stack, order.id);
  await player.stack.settle();
}

async function renewals(player: Player, { id }: Got): Promise<void> {
  const params = { id };
  await player.ask('subscription.renewSubscription', 'before the boundary nothing is charged', { params, status: 422 });
  await player.ask('subscription.schedulePlanChange', 'another plan from the next boundary on', { params, body: { offeringId: 'PLAN_M' } });
  await player.ask('subscription.schedulePlanChange', 'one choice at a time', { params, body: { offeringId: 'PLAN_L' }, status: 422 });
  await player.ask('subscription.cancelPlanChange', 'the line keeps its plan', { params });
  await player.ask('subscription.cancelPlanChange', 'nothing is pending', { params, status: 422 });
  const price = { id: 'PRICE_PLAN_S_2026', name: 'Lite', priceType: 'recurring', price: { unit: 'SGD', value: 12 }, productOffering: { id: 'PLAN_S' } };
  await player.ask('TMF620.createProductOfferingPrice', 'another price of a plan from now on; lines that are there keep theirs', { body: { ...price, retireCurrent: true } });
  const body = { offeringId: 'PLAN_S', priceId: price.id };
  await player.ask('subscription.createPriceMigration', 'a month of notice is the least', { body: { ...body, noticeDays: 7 }, status: 422 });
  const migration = await player.ask('subscription.createPriceMigration', 'its lines follow after the notice', { body: { ...body, initiatedBy: 'Pricing board' } });
  await player.ask('subscription.listPriceMigration', 'moves of a plan', { query: { offeringId: 'PLAN_S' } });
  await player.ask('subscription.retrievePriceMigration', 'how far it is', { params: { id: migration.id } });
  await player.ask('subscription.listPriceMigrationLine', 'lines that were told', { params: { id: migration.id }, query: { outcome: 'scheduled' } });
  await player.ask('admin.freezeClock', 'time stands still at the boundary of the line', { body: { at: boundary }, service: 'subscription' });
  await player.ask('subscription.renewSubscription', 'its next period is charged, at the new price', { params, headers: { 'Idempotency-Key': 'renewal-of-ada-1' } });
  await player.stack.settle();
  await player.ask('admin.advanceClock', 'a month goes by, and what falls due is done', { body: { to: '2026-06-11T09:00:00Z' }, service: 'subscription' });
  await player.stack.settle();
  await player.ask('subscription.listRenewal', 'each boundary it has met', { params });
  await player.ask('subscription.retrieveSubscription', 'the line two months on', { params });
  await player.ask('TMF678.listAppliedCustomerBillingRate', 'what the renewal was charged for', { query: { 'product.id': id, limit: '1' } });
}

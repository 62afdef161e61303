/** The requests the reference shows: every TM Forum resource through its life, and our own operations beside it. */
import { tokenizeCard } from '#cli/card-tokenizer';
import { customerBody } from '#cli/customer/customer-body';
import { orderBody } from '#cli/order/creation';
import { usageBody } from '#cli/usage/simulation';
import { operations, type OperationKey } from '#generated/operations';
import { ok } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import { ended } from '../support/story.ts';
import type { Got, Player } from './player.ts';
import { care } from './scenes/care.ts';
import { months } from './scenes/months.ts';
import { clock, failingHub, hubs, parkedMessages } from './scenes/platform.ts';
import { stock } from './scenes/stock.ts';
import { till } from './scenes/till.ts';
import { hardEnd, steps, workshop } from './scenes/workshop.ts';

/**
 * What the stack is like: a delivery to a listener that is not there is given up at once, and renewals come when the
 * scenario asks for them, not by their loop.
 */
export const playground = { env: { BSS_HUB_RETRY_HOURS: '0', BSS_RENEWAL_TICK_SECONDS: '3600' } };

/** Plays all of it. @throws {Error} an answer is not what it was meant to be */
export async function play(player: Player): Promise<void> {
  await catalog(player);
  const customer = await people(player);
  const line = await sale(player, customer);
  await network(player);
  await money(player, customer);
  await use(player, line);
  await own(player);
  await care(player);
  await stock(player, customer);
  await till(player, line);
  await steps(player, line);
  await workshop(player);
  await months(player, line);
  await hardEnd(player, line);
  await parkedMessages(player);
  await failingHub(player);
  await hubs(player);
  await clock(player);
}

interface Life {
  /** `Category`, the name within the operation ids. */
  readonly name: string;
  readonly api: string;
  readonly what: string;
  readonly create: object;
  readonly change?: object;
  /** Whether it can be deleted at the end. */
  readonly ends?: boolean;
}

/** A resource that is created, read, listed, changed and deleted. @returns what was created */
async function life(player: Player, { name, api, what, create, change, ends = true }: Life): Promise<Got> {
  const key = (verb: string): OperationKey => {
    const found = `${api}.${verb}${name}`;
    if (!(found in operations)) throw new Error(`there is no ${found}`);
    return found as OperationKey; // looked up just now
  };
  const made = await player.ask(key('create'), `${what} is created`, { body: create });
  const params = { id: made.id };
  await player.ask(key('retrieve'), `${what} is read`, { params });
  await player.ask(key('list'), 'the newest one, with what matches in all', { query: { limit: '1' } });
  if (change) await player.ask(key('patch'), `${what} is changed`, { params, body: change });
  if (ends) await player.ask(key('delete'), `${what} is deleted`, { params });
  return made;
}

async function catalog(player: Player): Promise<void> {
  const api = 'TMF620';
  await player.ask('TMF620.listProductOffering', 'what is launched, two attributes of two rows', { query: { lifecycleStatus: 'Launched', fields: 'name,lifecycleStatus', sort: 'name', limit: '2' } });
  await player.ask('TMF620.retrieveProductOffering', 'a plan of the seed', { params: { id: 'PLAN_S' } });
  await player.ask('TMF620.retrieveProductOffering', 'an id nobody has', { params: { id: 'PLAN_NONE' }, status: 404 });
  await life(player, { api, name: 'Category', what: 'a category', create: { name: 'Seniors' }, change: { description: 'From 60 years of age.' } });
  await life(player, { api, name: 'Catalog', what: 'a catalog', create: { name: 'Shop', catalogType: 'product' }, change: { description: 'What the shop shows.' } });
  await life(player, { api, name: 'ProductSpecification', what: 'a specification', create: { id: 'PSPEC_TV', name: 'Television', brand: 'BSS' }, change: { description: 'Channels over the mobile network.' } });
  await life(player, { api, name: 'ProductOfferingPrice', what: 'a price', create: { id: 'PRICE_TV', name: 'Television', priceType: 'recurring', price: { unit: 'SGD', value: 7 } }, change: { description: 'Once a month.' } });
  await life(player, { api, name: 'ProductOffering', what: 'an offering', create: { id: 'PLAN_TV', name: 'Television', isSellable: false, lifecycleStatus: 'In study' }, change: { description: 'Not on sale yet.' } });
  await player.ask('TMF620.patchProductOffering', 'an attribute only the server sets is refused', { params: { id: 'PLAN_S' }, body: { lastUpdate: '2020-01-01T00:00:00Z' }, status: 422 });
  await life(player, { api, name: 'ImportJob', what: 'an import', create: { url: 'http://example.org/catalog.json' } });
  await life(player, { api, name: 'ExportJob', what: 'an export', create: { url: 'http://example.org/catalog.json' } });
}

/** A customer who may order. @returns the id */
async function people(player: Player): Promise<string> {
  const body = { ...customerBody({ name: 'Ada Lim', email: 'ada@example.sg', phone: '+6580000001' }) };
  const { id } = await player.ask('TMF629.createCustomer', 'a customer is created', { body });
  const params = { id };
  await player.ask('TMF629.createCustomer', 'the same e-mail address again is refused', { body, status: 422 });
  await player.ask('TMF629.createCustomer', 'only asking what the rules would say', { body: customerBody({ name: 'Bo Tan', email: 'bo@example.sg' }), headers: { Prefer: 'dry-run' }, status: 200 });
  await player.ask('TMF629.createCustomer', 'without a mandatory attribute', { body: { status: 'active' }, status: 400 });
  await player.ask('TMF629.retrieveCustomer', 'the customer is read', { params });
  await player.ask('TMF629.listCustomer', 'by state, newest first', { query: { status: 'active', limit: '5' } });
  await player.ask('TMF629.patchCustomer', 'another name', { params, body: { name: 'Ada Lim-Tan' } });
  const { id: other } = await player.ask('TMF629.createCustomer', 'a customer without any effect yet', { body: { name: 'Nobody', engagedParty: { id: 'P-1', '@referredType': 'Individual' } } });
  await player.ask('TMF629.retrieveCustomer', 'two attributes only', { params: { id: other }, query: { fields: 'name,status' } });
  await player.ask('TMF629.deleteCustomer', 'who has done nothing yet can be deleted', { params: { id: other } });

  const identity = { provider: 'prebaked', attestationToken: 'ok', documentType: 'national_id', documentNumber: 'S1234567A', documentCountry: 'SG', dateOfBirth: '1990-12-31' };
  await player.ask('crm.attestKyc', 'the identity is attested', { params, body: identity });
  await player.ask('crm.retrieveKyc', 'the state of it', { params });
  await player.ask('crm.lookupCustomer', 'by e-mail address', { query: { email: 'ada@example.sg' } });
  await player.ask('crm.listAgent', 'everybody who takes tickets', {});
  await player.ask('crm.createContactMedium', 'a further way to reach the customer', { params, body: { mediumType: 'phone', value: '+6580000002' } });
  await player.ask('payment.createPaymentMethod', 'a card is put on file', { body: { customerId: id, ...tokenizeCard('4242424242424242'), makeDefault: true } });
  const [card] = await player.ask('payment.listPaymentMethod', 'the cards of a customer', { query: { customerId: id } });
  await player.ask('payment.retrievePaymentMethod', 'one card', { params: { id: card.id } });
  const about = [{ id, href: `${player.stack.baseUrl('crm')}/tmf-api/customerManagement/v4/customer/${id}`, role: 'customer', '@referredType': 'Customer' }];
  await life(player, { api: 'TMF621', name: 'TroubleTicket', what: 'a ticket', create: { description: 'No data since noon', severity: 'High', ticketType: 'service_outage', relatedParty: about }, change: { description: 'No data since noon, in Tampines' }, ends: false });
  const spare = await player.ask('TMF621.createTroubleTicket', 'a ticket nobody has worked on yet', { body: { description: 'Sent twice', severity: 'Low', ticketType: 'other' } });
  await player.ask('TMF621.deleteTroubleTicket', 'it can be deleted', { params: { id: spare.id } });
  await player.ask('TMF621.createTroubleTicket', 'without its mandatory attributes', { body: { description: 'No data' }, status: 400 });
  await life(player, { api: 'TMF683', name: 'PartyInteraction', what: 'an interaction', create: { reason: 'Asked for a bill', channel: [{ id: 'phone' }], direction: 'inbound', relatedParty: about }, change: { description: 'Called at noon.' } });
  const opened = await player.ask('case.openCase', 'a case is opened', { body: { customerId: id, subject: 'No data', category: 'service_outage', description: 'Third time this week' } });
  await player.ask('case.retrieveCase', 'the case is read', { params: { id: opened.id } });
  await player.ask('case.listCase', 'the cases of a customer', { query: { customerId: id } });
  await player.ask('case.addCaseNote', 'a note is added', { params: { id: opened.id }, body: { body: 'Asked the network.' } });
  await player.ask('case.listCaseNote', 'its notes', { params: { id: opened.id } });
  return id;
}

/** An order that becomes a line. @returns the line */
async function sale(player: Player, customer: string): Promise<Got> {
  const { stack } = player;
  const order = await player.ask('TMF622.createProductOrder', 'a line is ordered', { body: orderBody({ customerId: customer, offeringId: 'PLAN_S' }), headers: { 'Idempotency-Key': 'order-of-ada-1' } });
  await ended(stack, order.id);
  await stack.settle();
  const params = { id: order.id };
  await player.ask('TMF622.retrieveProductOrder', 'the order when it is through', { params });
  await player.ask('TMF622.listProductOrder', 'the orders of one customer', { query: { 'relatedParty.id': customer, state: 'completed' } });
  await player.ask('TMF622.patchProductOrder', 'a description is added', { params, body: { description: 'First line of Ada.' } });
  await player.ask('TMF622.createCancelProductOrder', 'too late to cancel', { body: { productOrder: { id: order.id } }, status: 422 });
  const elsewhere = await player.ask('TMF622.createCancelProductOrder', 'an order of another system: only recorded', { body: { productOrder: { id: 'their-order-7' } } });
  await player.ask('TMF622.retrieveCancelProductOrder', 'how it went', { params: { id: elsewhere.id } });
  await player.ask('TMF622.listCancelProductOrder', 'every request to cancel', {});
  const rejected = await player.ask('TMF622.createProductOrder', 'an order that names nothing of ours is recorded, and rejected', { body: { productOrderItem: [{ id: '1', action: 'add' }] } });
  await player.ask('TMF622.deleteProductOrder', 'what had no effect can be deleted', { params: { id: rejected.id } });
  await player.ask('TMF629.deleteCustomer', 'who has a line stays', { params: { id: customer }, status: 422 });
  const saga = await player.ask('order.retrieveSaga', 'each step of the order', { params });
  const { subscriptionId: id } = saga;
  const line = await player.ask('subscription.retrieveSubscription', 'the line', { params: { id } });
  await player.ask('subscription.listSubscription', 'the lines of a customer', { query: { customerId: customer } });
  await player.ask('subscription.retrieveBalance', 'what it may still use', { params: { id } });
  await player.ask('subscription.createVasPurchase', 'a top-up is bought', { params: { id }, body: { offeringId: 'VAS_DATA_1GB' }, headers: { 'Idempotency-Key': 'top-up-of-ada-1' } });
  await stack.settle();
  await player.ask('subscription.listSubscriptionHistory', 'what happened to it', { params: { id } });
  return line;
}

async function network(player: Player): Promise<void> {
  const service = { state: 'designed', serviceSpecification: { id: 'CFS_TV', name: 'Television' }, name: 'Television of Ada' };
  await life(player, { api: 'TMF638', name: 'Service', what: 'a service', create: service, change: { description: 'Known from elsewhere.' } });
  const [inStock] = await player.ask('TMF638.listService', 'services a line has', { query: { state: 'active', limit: '1' } });
  await player.ask('TMF638.retrieveService', 'a service the order has made', { params: { id: inStock.id } });
  const order = await life(player, {
    api: 'TMF641', name: 'ServiceOrder', what: 'a service order', ends: false, change: { description: 'By hand.' },
    create: { externalId: 'PROJECT-7', serviceOrderItem: [{ id: '1', action: 'add', service: { name: 'Television', serviceSpecification: { id: 'CFS_TV' } } }] },
  });
  await player.stack.settle();
  await player.ask('TMF641.retrieveServiceOrder', 'where it stands', { params: { id: order.id } });
  const elsewhere = await player.ask('TMF641.createCancelServiceOrder', 'an order of another system: only recorded', { body: { serviceOrder: { id: 'their-order-7' } } });
  await player.ask('TMF641.retrieveCancelServiceOrder', 'how it went', { params: { id: elsewhere.id } });
  await player.ask('TMF641.listCancelServiceOrder', 'every request to cancel', {});
  await player.ask('TMF641.deleteServiceOrder', 'what had no effect can be deleted', { params: { id: order.id } });
  await player.ask('TMF640.createService', 'a service is activated', { body: { ...service, state: 'active' } });
  await player.stack.settle();
  const [task] = await player.ask('TMF640.listMonitor', 'work of the network, one of all', { query: { limit: '1' } });
  await player.ask('TMF640.retrieveMonitor', 'one piece of work', { params: { id: task.id } });
  const [active] = await player.ask('TMF640.listService', 'services of the network, one of all', { query: { limit: '1' } });
  await player.ask('TMF640.retrieveService', 'one of them', { params: { id: active.id } });
  await player.ask('TMF640.patchService', 'it is described', { params: { id: active.id }, body: { description: 'Television on the second screen.' } });
  const planned = await player.ask('TMF640.createService', 'a service that is only planned', { body: service });
  await player.ask('TMF640.deleteService', 'it can be deleted', { params: { id: planned.id } });
  const [ours] = await player.ask('provisioning.listTask', 'the same work as our operators see it', { query: { limit: '1' } });
  await player.ask('provisioning.retrieveTask', 'one task', { params: { id: ours.id } });
  await player.ask('provisioning.listFaultRule', 'faults the simulated network can play', {});
}

async function money(player: Player, customer: string): Promise<void> {
  const [account] = await player.ask('billing.listBillingAccount', 'the account of a customer', { query: { customerId: customer } });
  const [card] = await ok(player.stack.clients.payment.GET('/paymentMethod', { params: { query: { customerId: customer } } }));
  const sum = { unit: 'SGD', value: 5 };
  const sold = { account: { id: account.id }, paymentMethod: { id: card!.id }, totalAmount: sum, description: 'Screen protector' };
  const { id } = await player.ask('TMF676.createPayment', 'a card is charged', { body: sold, headers: { 'Idempotency-Key': 'sale-1' } });
  await player.ask('TMF676.createPayment', 'the same call again charges nothing and answers the same', { body: sold, headers: { 'Idempotency-Key': 'sale-1' } });
  await player.ask('TMF676.retrievePayment', 'the payment is read', { params: { id } });
  await player.ask('TMF676.listPayment', 'payments, newest first', { query: { limit: '1' } });
  const given = { ...sold, totalAmount: { unit: 'SGD', value: 2 }, description: 'Scratched', payment: { id } };
  const refund = await player.ask('TMF676.createRefund', 'part of it is given back', { body: given });
  await player.ask('TMF676.retrieveRefund', 'the refund is read', { params: { id: refund.id } });
  await player.ask('TMF676.listRefund', 'refunds, newest first', { query: { limit: '1' } });
  await player.ask('TMF676.createRefund', 'more than was paid is refused', { body: { ...given, totalAmount: { unit: 'SGD', value: 50 } }, status: 422 });
  await player.stack.settle();
  const [bill] = await player.ask('TMF678.listCustomerBill', 'the newest receipt', { query: { limit: '1' } });
  const params = { id: bill.id };
  await player.ask('TMF678.retrieveCustomerBill', 'a receipt is read', { params });
  await player.ask('TMF678.patchCustomerBill', 'a receipt is held', { params, body: { state: 'onHold' } });
  await player.ask('TMF678.patchCustomerBill', 'and released', { params, body: { state: 'settled' } });
  await player.ask('billing.retrieveBillDocument', 'its lines', { params });
  await player.ask('TMF678.listAppliedCustomerBillingRate', 'rates, newest first', { query: { limit: '1' } });
  const [rate] = await player.ask('TMF678.listAppliedCustomerBillingRate', 'rates that stand on a bill', { query: { isBilled: 'true', limit: '1' } });
  await player.ask('TMF678.retrieveAppliedCustomerBillingRate', 'one of them', { params: { id: rate.id } });
  const asked = await player.ask('TMF678.createCustomerBillOnDemand', 'a bill is asked for', { body: { billingAccount: { id: account.id }, name: 'For the tax office' } });
  await player.ask('TMF678.retrieveCustomerBillOnDemand', 'whether it is there', { params: { id: asked.id } });
  await player.ask('TMF678.listCustomerBillOnDemand', 'what was asked for', { query: { limit: '1' } });
}

async function use(player: Player, line: Got): Promise<void> {
  const { stack } = player;
  const used = { msisdn: line.msisdn, kind: 'data', quantity: '300', unit: 'mb', roaming: false, at: undefined, reference: undefined };
  const { id } = await player.ask('TMF635.createUsage', 'data is used', { body: usageBody(used, isoTime(stack.clock.now()), 'cdr-1') });
  await stack.settle();
  await player.ask('TMF635.retrieveUsage', 'what became of it', { params: { id } });
  await player.ask('TMF635.listUsage', 'use that was charged', { query: { status: 'billed', limit: '1' } });
  const lost = await player.ask('TMF635.createUsage', 'use of a number nobody has', { body: usageBody({ ...used, msisdn: '99999999' }, isoTime(stack.clock.now()), 'cdr-2') });
  await stack.settle();
  await player.ask('TMF635.patchUsage', 'a rejected record is corrected', { params: { id: lost.id }, body: { description: 'Test of the switch' } });
  await player.ask('usage.recycleUsage', 'tried again, should the number be there by now', { params: { id: lost.id }, body: { note: 'The number was ported in.' } });
  await player.ask('usage.recycleUsage', 'what was charged is not tried again', { params: { id }, body: {}, status: 422 });
  await stack.settle();
  await player.ask('TMF635.deleteUsage', 'a rejected record is deleted', { params: { id: lost.id } });
  await life(player, { api: 'TMF635', name: 'UsageSpecification', what: 'a kind of use', create: { id: 'USPEC_TV', name: 'Television' }, change: { description: 'Minutes watched.' } });
  await player.ask('rating.createRateTest', 'what a use would take off', { body: { offeringId: 'PLAN_S', eventType: 'data', quantity: 1.5, unit: 'gb' } });
  await player.ask('rating.createRateTest', 'a use that plans do not have', { body: { offeringId: 'PLAN_S', eventType: 'data', quantity: 1, unit: 'gb', roaming: true }, status: 422 });
  await player.ask('rating.listRatedUsage', 'what was taken off', { query: { usageId: id } });
}

/** Reads that need nothing but the seed. */
async function own(player: Player): Promise<void> {
  await player.ask('catalog.retrieveActivePrice', 'the price of a plan now', { params: { id: 'PLAN_S' } });
  await player.ask('catalog.retrieveActivePrice', 'a day on which it had none', { params: { id: 'PLAN_S' }, query: { at: '2001-01-01T00:00:00Z' }, status: 422 });
  await player.ask('catalog.retrieveTariff', 'price and allowances of a plan', { params: { id: 'PLAN_S' } });
  await player.ask('catalog.retrieveTariff', 'a plan nobody has', { params: { id: 'PLAN_NONE' }, status: 404 });
  await player.ask('catalog.listVasOffering', 'top-ups on sale', {});
  await player.ask('catalog.retrieveServiceMapping', 'what a plan becomes in the network', { params: { id: 'SPEC_MOBILE_PREPAID' } });
  await player.ask('catalog.retrieveServiceMapping', 'a specification the network does not know', { params: { id: 'SPEC_NONE' }, status: 404 });
  const [free] = await player.ask('inventory.listMsisdn', 'a free number', { query: { status: 'available', limit: '1' } });
  await player.ask('inventory.retrieveMsisdn', 'one number', { params: { msisdn: free.msisdn } });
  await player.ask('inventory.countMsisdn', 'numbers by state', {});
  const [profile] = await player.ask('inventory.listEsim', 'a free profile', { query: { status: 'available', limit: '1' } });
  await player.ask('inventory.retrieveEsim', 'one profile', { params: { iccid: profile.iccid } });
  await player.ask('audit.listEvent', 'the newest event', { query: { limit: '1' } });
  await player.ask('audit.verifyEvents', 'whether the ledger is whole', {});
}

/** Reaches every operation of our own APIs, each with what it is for; the TM Forum ones that schemas alone cannot reach too. */
import { tokenizeCard } from '#cli/card-tokenizer';
import { customerBody } from '#cli/customer/customer-body';
import { orderBody } from '#cli/order/creation';
import { elapsedMs, isoTime, sleep } from '#runtime/clock';
import { operations, type OperationKey } from '#generated/operations';
import type { Operation } from '#runtime/operation';
import { parkMessages } from '../support/parked.ts';
import type { Stack } from '../support/stack.ts';
import { customer, ended, line, lineOf } from '../support/story.ts';
import type { Asked, Judged } from './judged.ts';
import type { Story } from './seeds.ts';

type Row = Readonly<Record<string, unknown>>;

const waitMsMax = 10_000;

export class OwnWalk {
  readonly #judged: Judged;
  readonly #stack: Stack;
  readonly #story: Story;

  constructor(judged: Judged, stack: Stack, story: Story) {
    this.#judged = judged;
    this.#stack = stack;
    this.#story = story;
  }

  /** @returns what did not go as it should; a step that fails does not keep the others from being tried */
  async walk(): Promise<string[]> {
    const steps = [
      () => this.#support(), () => this.#customers(), () => this.#inventory(), () => this.#cards(), () => this.#money(), () => this.#line(), () => this.#periods(),
      () => this.#catalogAndRating(), () => this.#usage(), () => this.#network(), () => this.#heldOrders(), () => this.#parkedMessages(),
      () => this.#lineEnds(), () => this.#hubs(), () => this.#platform(),
    ];
    const faults: string[] = [];
    for (const step of steps) await step().catch((error: unknown) => faults.push(error instanceof Error ? error.message : String(error)));
    return faults;
  }

  #do(key: OperationKey, asked: Asked = {}): Promise<Row> {
    return this.#judged.ok(key, asked);
  }

  async #id(key: OperationKey, asked: Asked = {}): Promise<string> {
    return String((await this.#do(key, asked))['id']);
  }

  /** A list, whole and by one: 200 and, with more than one row, 206. */
  async #list(key: OperationKey, asked: Asked = {}): Promise<readonly Row[]> {
    const rows = (await this.#do(key, asked)) as unknown as readonly Row[]; // a list by its schema, judged
    await this.#do(key, { ...asked, query: { ...asked.query, limit: '1' } });
    return rows;
  }

  async #support(): Promise<void> {
    const { customerId } = this.#story;
    const id = await this.#id('case.openCase', { body: { customerId, subject: 'No data', category: 'service_outage' } });
    await this.#do('case.openCase', { body: { customerId, subject: 'Bill unclear', category: 'billing_dispute', priority: 'low' } });
    const params = { id };
    await this.#list('case.listCase');
    await this.#do('case.retrieveCase', { params });
    await this.#do('case.patchCase', { params, body: { priority: 'high', agentId: 'AGT-001' } });
    await this.#do('case.addCaseNote', { params, body: { body: 'Called back.' } });
    await this.#do('case.addCaseNote', { params, body: { body: 'Restarted the phone.' } });
    await this.#list('case.listCaseNote', { params });
    await this.#do('case.transitionCase', { params, body: { trigger: 'take' } });
    const ticketId = await this.#id('TMF621.createTroubleTicket', { body: {
      description: 'No data since noon', severity: 'High', ticketType: 'service_outage', relatedEntity: [{ id, role: 'case', '@referredType': 'Case' }],
      relatedParty: [{ id: customerId, role: 'customer', '@referredType': 'Customer' }, { id: 'AGT-001', role: 'agent', '@referredType': 'Agent' }],
    } });
    await this.#do('case.transitionTicket', { params: { id: ticketId }, body: { trigger: 'start' } });
    await this.#do('case.transitionTicket', { params: { id: ticketId }, body: { trigger: 'resolve', note: 'cell restarted' } });
    await this.#list('crm.listAgent');
  }

  async #customers(): Promise<void> {
    const { customerId, subscriptionId } = this.#story;
    await this.#do('crm.lookupCustomer', { query: { msisdn: (await lineOf(this.#stack, subscriptionId)).msisdn } });
    await this.#do('crm.retrieveKyc', { params: { id: customerId } });
    const id = await this.#id('TMF629.createCustomer', { body: customerBody({ name: 'Mei Tan', email: 'mei.tan@example.sg' }) });
    const medium = await this.#do('crm.createContactMedium', { params: { id }, body: { mediumType: 'phone', value: '+6591234567' } });
    const params = { id, contactMediumId: String(medium['id']) };
    await this.#do('crm.patchContactMedium', { params, body: { value: '+6591234568' } });
    await this.#do('crm.deleteContactMedium', { params });
    await this.#do('crm.attestKyc', { params: { id }, body: {
      provider: 'prebaked', attestationToken: 'ok', documentType: 'passport', documentNumber: 'P7654321', documentCountry: 'SG', dateOfBirth: '1990-12-31' } });
    await this.#do('crm.transitionCustomer', { params: { id }, body: { trigger: 'suspend', reason: 'asked for it' } });
  }

  async #inventory(): Promise<void> {
    const [number] = await this.#list('inventory.listMsisdn', { query: { status: 'available' } });
    const msisdn = String(number?.['msisdn']);
    await this.#do('inventory.retrieveMsisdn', { params: { msisdn } });
    await this.#do('inventory.countMsisdn');
    await this.#do('inventory.createMsisdnRange', { body: { prefix: '90009', count: 10 } });
    await this.#do('inventory.createEsimRange', { body: { count: 2 } });
    await this.#list('inventory.listEsim', { query: { status: 'available' } });
    const orderId = 'SO-901';
    const held = await this.#do('inventory.createReservation', { body: { orderId, customerId: this.#story.customerId } });
    const params = { iccid: String(held['iccid']) };
    await this.#do('inventory.retrieveEsim', { params });
    await this.#do('inventory.retrieveEsimActivation', { params });
    await this.#do('inventory.notifyEsim', { params, body: { event: 'download' } });
    await this.#do('inventory.releaseReservation', { params: { orderId }, body: { hlrProvisioned: false, reason: 'not needed' } });
  }

  async #cards(): Promise<void> {
    const { customerId } = this.#story;
    const card = { customerId, ...tokenizeCard('4242424242424242') };
    const id = await this.#id('payment.createPaymentMethod', { body: card });
    await this.#do('payment.retrievePaymentMethod', { params: { id } });
    const [{ id: usual }] = (await this.#list('payment.listPaymentMethod', { query: { customerId } })) as [Row]; // the one of the story at least
    await this.#do('payment.setDefaultPaymentMethod', { params: { id } });
    await this.#do('payment.setDefaultPaymentMethod', { params: { id: String(usual) } });
    await this.#do('payment.deletePaymentMethod', { params: { id: await this.#id('payment.createPaymentMethod', { body: card }) } });
  }

  async #money(): Promise<void> {
    const { customerId, subscriptionId, billId } = this.#story;
    const amount = { unit: 'SGD', value: 4 };
    const items = [{ description: 'One thing', amount, offeringId: 'PLAN_S', subscriptionId }];
    const sale = { customerId, subscriptionId, amount, purpose: 'top_up' };
    const taken = await this.#id('payment.authorizePayment', { body: sale });
    await this.#do('payment.capturePayment', { params: { id: taken }, body: { items } });
    const left = await this.#id('payment.authorizePayment', { body: sale });
    await this.#do('payment.voidPayment', { params: { id: left }, body: { reason: 'changed their mind' } });
    await this.#do('payment.createCharge', { body: { ...sale, items } });
    await this.#do('payment.createZeroCharge', { body: { customerId, subscriptionId, items: [{ ...items[0], amount: { unit: 'SGD', value: 0 } }] } });
    await this.#do('billing.retrieveBillDocument', { params: { id: billId } });
  }

  /** The calls of the saga once more: each finds what it has made. */
  async #line(): Promise<void> {
    const { customerId, subscriptionId, paymentId, billId } = this.#story;
    const params = { id: subscriptionId };
    const { orderId, serviceOrderId, offeringId, msisdn, iccid } = await this.#do('subscription.retrieveSubscription', { params });
    const price = { priceId: 'PRICE_PLAN_S', name: 'Small', amount: { unit: 'SGD', value: 10 } };
    await this.#do('inventory.assignReservation', { params: { orderId: String(orderId) }, body: { subscriptionId, customerId } });
    await this.#do('subscription.createSubscription', { body: { orderId, customerId, offeringId, msisdn, iccid, price, serviceOrderId } });
    await this.#do('subscription.activateSubscription', { params, body: { paymentId, billId } });
    await this.#do('subscription.createVasPurchase', { params, body: { offeringId: 'VAS_DATA_1GB' }, headers: { 'Idempotency-Key': 'contract' } });
    await line(this.#stack, customerId);
    await this.#list('subscription.listSubscription');
    await this.#do('subscription.retrieveBalance', { params });
    await this.#list('subscription.listSubscriptionHistory', { params });
  }

  /** What the months bring: two boundaries that were missed, another plan, another price. */
  async #periods(): Promise<void> {
    const customerId = await customer(this.#stack);
    const [renewed, told] = [await line(this.#stack, customerId), await line(this.#stack, customerId)];
    const params = { id: renewed.id };
    await this.#do('subscription.schedulePlanChange', { params, body: { offeringId: 'PLAN_M' } });
    await this.#do('subscription.cancelPlanChange', { params });
    await this.#stack.sql("UPDATE subscription.subscription SET period_start = period_start - interval '70 days', period_end = period_end - interval '70 days' WHERE id = $1", [renewed.id]);
    await this.#do('subscription.renewSubscription', { params });
    await this.#list('subscription.listRenewal', { params });
    const price = { priceType: 'recurring', price: { unit: 'SGD', value: 11 }, productOffering: { id: 'PLAN_S' }, retireCurrent: true };
    await this.#do('TMF620.createProductOfferingPrice', { body: { id: 'PRICE_PLAN_S_2', name: 'Lite', ...price } });
    const migrations = [1, 2].map(() => this.#id('subscription.createPriceMigration', { body: { offeringId: 'PLAN_S', priceId: 'PRICE_PLAN_S_2', initiatedBy: 'the board' } }));
    const [id = ''] = await Promise.all(migrations);
    await this.#list('subscription.listPriceMigration');
    await this.#do('subscription.retrievePriceMigration', { params: { id } });
    await this.#list('subscription.listPriceMigrationLine', { params: { id } });
    await this.#do('subscription.schedulePlanChange', { params: { id: told.id }, body: { offeringId: 'PLAN_L' } });
    await this.#stack.settle();
  }

  async #catalogAndRating(): Promise<void> {
    const params = { id: 'PLAN_S' };
    await this.#do('catalog.retrieveActivePrice', { params });
    await this.#do('catalog.retrieveTariff', { params });
    const offering = await this.#do('TMF620.retrieveProductOffering', { params });
    await this.#do('catalog.retrieveServiceMapping', { params: { id: String((offering['productSpecification'] as Row)['id']) } });
    await this.#list('catalog.listVasOffering');
    await this.#do('rating.createRateTest', { body: { offeringId: 'PLAN_S', eventType: 'data', quantity: 1.5, unit: 'gb' } });
    await this.#list('rating.listRatedUsage');
  }

  async #usage(): Promise<void> {
    const { msisdn } = await lineOf(this.#stack, this.#story.subscriptionId);
    const at = isoTime(this.#stack.clock.now());
    const record = (reference: string, number: string): object => ({
      usageDate: at, usageType: 'data', usageSpecification: { id: 'USPEC_DATA' },
      usageCharacteristic: [{ name: 'msisdn', value: number }, { name: 'rawCdrRef', value: reference }, { name: 'source', value: 'contract' }, { name: 'quantity', value: 1 }, { name: 'unit', value: 'mb' }],
    });
    for (const _ of [1, 2]) await this.#do('TMF635.createUsage', { body: record('twice', msisdn) });
    const foreign = await this.#id('TMF635.createUsage', { body: record('foreign', '90000990') });
    await this.#stack.settle();
    await this.#do('usage.recycleUsage', { params: { id: foreign }, body: { note: 'the number is ours' } });
    await this.#stack.settle();
  }

  async #network(): Promise<void> {
    const body = { serviceSpecification: { id: 'RFS_DATA' }, state: 'active', serviceCharacteristic: [{ name: 'msisdn', value: '90000991' }] };
    const { status, headers } = await this.#judged.call('TMF640.createService', { body });
    if (status !== 202) throw new Error(`an activation answered ${status}`);
    await this.#stack.settle();
    await this.#do('TMF640.retrieveMonitor', { params: { id: headers.get('monitorid') ?? '' } });
    const [task] = await this.#list('provisioning.listTask');
    await this.#do('provisioning.retrieveTask', { params: { id: String(task?.['id']) } });
    await this.#list('provisioning.listFaultRule');
  }

  /** Sends the next orders into a fault of the network. */
  async #fault(id: string, kind: string, enabled = true): Promise<void> {
    await this.#do('provisioning.patchFaultRule', { params: { id }, body: { enabled, kind, probability: 1 } });
  }

  async #heldOrders(): Promise<void> {
    await this.#fault('FLT-002', 'stuck');
    const [freed, givenUp] = [await this.#heldOrder(), await this.#heldOrder()];
    await this.#fault('FLT-002', 'stuck', false);
    const task = async (orderId: string): Promise<string> => String((await this.#list('provisioning.listTask', { query: { orderId, state: 'stuck' } }))[0]?.['id']);
    await this.#do('order.retrieveSaga', { params: { id: freed } });
    await this.#do('provisioning.resolveTask', { params: { id: await task(freed) }, body: { note: 'entry made by hand' } });
    await this.#do('order.resumeProductOrder', { params: { id: freed }, body: { note: 'go on' } });
    await ended(this.#stack, freed);
    await this.#do('order.failProductOrder', { params: { id: givenUp }, body: { reason: 'the register is down' } });
    await ended(this.#stack, givenUp);
    await this.#stack.settle();
  }

  /** @returns an order that a stuck task holds */
  async #heldOrder(): Promise<string> {
    const customerId = await customer(this.#stack);
    const id = await this.#id('TMF622.createProductOrder', { body: orderBody({ customerId, offeringId: 'PLAN_S' }) });
    const begin = elapsedMs();
    for (;;) {
      const { state } = await this.#do('TMF622.retrieveProductOrder', { params: { id } });
      if (state === 'held') return id;
      if (elapsedMs() - begin > waitMsMax) throw new Error(`${id} is ${String(state)}, not held`);
      await sleep(20);
    }
  }

  async #parkedMessages(): Promise<void> {
    const [first = '', second = ''] = await parkMessages(this.#stack, 'catalog.snapshot', 2);
    const service = 'catalog';
    await this.#list('admin.listParkedMessage', { service });
    await this.#do('admin.replayParkedMessage', { service, params: { id: first } });
    await this.#do('admin.discardParkedMessage', { service, params: { id: second }, body: { reason: 'an old one' } });
    await this.#stack.settle();
  }

  /** A removal that fails leaves the number assigned to a line that is gone, until somebody sees to it. */
  async #lineEnds(): Promise<void> {
    const { subscriptionId } = this.#story;
    const { msisdn } = await lineOf(this.#stack, subscriptionId);
    await this.#fault('FLT-006', 'fail_always');
    await this.#do('subscription.terminateSubscription', { params: { id: subscriptionId }, body: { reason: 'moves away' } });
    await this.#stack.settle();
    await this.#do('inventory.quarantineMsisdn', { params: { msisdn }, body: { reason: 'the line is gone' } });
    await this.#fault('FLT-006', 'stuck', false);
    const [failed] = await this.#list('provisioning.listTask', { query: { subscriptionId, state: 'failed' } });
    await this.#do('provisioning.retryTask', { params: { id: String(failed?.['id']) }, body: { note: 'mended' } });
    await this.#stack.settle();
  }

  async #hubs(): Promise<void> {
    const apis = Object.values<Operation>(operations).filter(({ kind }) => kind === 'hub-create').map(({ api }) => api);
    const made: { api: string; id: string }[] = [];
    for (const api of apis) made.push({ api, id: await this.#id(`${api}.registerListener` as OperationKey, { body: { callback: 'http://127.0.0.1:9/notifications' } }) }); // a key of the table
    await this.#list('admin.listHub');
    await this.#do('admin.retrieveHub', { params: { id: made[0]!.id } });
    await this.#do('admin.listHubDelivery', { params: { id: made[0]!.id } });
    for (const { api, id } of made) await this.#do(`${api}.unregisterListener` as OperationKey, { params: { id } }); // every hub has both
  }

  async #platform(): Promise<void> {
    await this.#list('billing.listBillingAccount');
    await this.#list('audit.listEvent');
    await this.#do('audit.verifyEvents');
    await this.#do('admin.runSweep', { params: { name: 'quarantine' } });
    await this.#do('admin.retrieveClock');
    await this.#do('admin.freezeClock', { body: {} });
    await this.#do('admin.advanceClock', { body: { duration: '1h' } });
    await this.#do('admin.unfreezeClock');
    await this.#stack.settle();
  }
}

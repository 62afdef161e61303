/** Writes that between them cause every notification of every API. */
import { withClient } from '#db/migrate';
import { ok } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import type { ServiceName } from '#runtime/services';
import { customer, ended, line, placeOrder } from '../../support/story.ts';
import type { Stack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

type Body = Readonly<Record<string, unknown>>;

async function call(stack: Stack, service: ServiceName, method: string, path: string, body?: object): Promise<Body> {
  const answer = await stack.fetch(service, path, { method, headers: { 'Content-Type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) }, 'cli');
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? {} : JSON.parse(text) as Body;
}

/** Created, changed by each patch, deleted. */
async function life(stack: Stack, service: ServiceName, path: string, body: object, patches: readonly object[]): Promise<void> {
  const { id } = await call(stack, service, 'POST', path, body);
  for (const patch of patches) await call(stack, service, 'PATCH', `${path}/${String(id)}`, patch);
  await call(stack, service, 'DELETE', `${path}/${String(id)}`);
}

const catalog = '/tmf-api/productCatalogManagement/v4';

export async function catalogDeeds(stack: Stack): Promise<void> {
  const change = [{ description: 'changed' }, { lifecycleStatus: 'In test' }];
  for (const resource of ['catalog', 'category', 'productSpecification']) {
    await life(stack, 'catalog', `${catalog}/${resource}`, { name: resource, lifecycleStatus: 'In design' }, change);
  }
  await life(stack, 'catalog', `${catalog}/productOfferingPrice`, { name: 'price', lifecycleStatus: 'In design', priceType: 'recurring', price: { unit: 'SGD', value: 9 } }, change);
  await life(stack, 'catalog', `${catalog}/productOffering`, { name: 'offering', lifecycleStatus: 'In design', isBundle: true }, [{ description: 'changed' }, { lifecycleStatus: 'Obsolete' }]);
  await call(stack, 'catalog', 'POST', `${catalog}/importJob`, { url: `data:,${encodeURIComponent('{"format":"bss-tmf620-catalog","version":1}')}` });
}

export async function careDeeds(stack: Stack): Promise<void> {
  const party = { engagedParty: { id: 'P-1', '@referredType': 'Individual' } };
  await life(stack, 'crm', '/tmf-api/customerManagement/v4/customer', { name: 'Ada', ...party }, [{ name: 'Ada Lim' }]);
  const known = await customer(stack);
  await ok(stack.clients.crm.POST('/customer/{id}/transition', { params: { path: { id: known } }, body: { trigger: 'suspend', reason: 'fraud suspected' } }));
  await life(stack, 'crm', '/tmf-api/partyInteraction/v4/partyInteraction',
    { direction: 'inbound', reason: 'asked', channel: [{ id: 'phone' }], interactionDate: { startDateTime: isoTime(stack.clock.now()) } }, [{ description: 'changed' }, { status: 'completed' }]);
  const tickets = '/tmf-api/troubleTicket/v4/troubleTicket';
  const ticket = { description: 'no data', severity: 'minor', ticketType: 'fault' };
  await life(stack, 'crm', tickets, ticket, [{ description: 'changed' }]);
  const { id } = await call(stack, 'crm', 'POST', tickets, ticket);
  const [agent] = await ok(stack.clients.crm.GET('/agent'));
  const note = [{ text: 'said', author: 'desk' }];
  for (const patch of [{ relatedParty: [{ id: agent?.id, role: 'agent', '@referredType': 'Agent' }] }, { status: 'inProgress' }, { status: 'pending', note }, { status: 'inProgress' }, { status: 'resolved', note: [...note, ...note] }]) {
    await call(stack, 'crm', 'PATCH', `${tickets}/${String(id)}`, patch);
  }
}

export async function usageDeeds(stack: Stack): Promise<void> {
  await life(stack, 'mediation', '/tmf-api/usageManagement/v4/usageSpecification', { name: 'minutes' }, [{ description: 'changed' }]);
  await life(stack, 'mediation', '/tmf-api/usageManagement/v4/usage',
    { usageDate: isoTime(stack.clock.now()), usageType: 'data', usageSpecification: { id: 'NONE' } }, [{ description: 'changed' }]);
}

export async function serviceDeeds(stack: Stack): Promise<void> {
  const service = { serviceSpecification: { id: 'OTHER' }, state: 'designed' };
  const patches = [{ description: 'changed' }, { state: 'reserved' }];
  await life(stack, 'som', '/tmf-api/serviceInventory/v4/service', service, patches);
  await life(stack, 'provisioning-sim', '/tmf-api/ServiceActivationAndConfiguration/v4/service', service, patches);
  const orders = '/tmf-api/serviceOrdering/v4/serviceOrder';
  const item = [{ id: '1', action: 'noChange', service: { id: 'foreign' } }];
  await life(stack, 'som', orders, { serviceOrderItem: item }, [{ description: 'changed' }]);
}

const cancelOrder = (stack: Stack, id: string): Promise<Body> =>
  call(stack, 'com', 'POST', '/tmf-api/productOrderingManagement/v4/cancelProductOrder', { productOrder: { id } });

const cancelServiceOrder = (stack: Stack, id: string): Promise<Body> =>
  call(stack, 'som', 'POST', '/tmf-api/serviceOrdering/v4/cancelServiceOrder', { serviceOrder: { id } });

/** Orders that are changed and deleted, that are cancelled while nothing was begun, and those of other systems. */
export async function orderDeeds(stack: Stack): Promise<void> {
  const orders = '/tmf-api/productOrderingManagement/v4/productOrder';
  await life(stack, 'com', orders, { productOrderItem: [{ id: '1', action: 'noChange' }] }, [{ description: 'changed' }]);
  await cancelOrder(stack, 'theirs-1');
  await cancelServiceOrder(stack, 'theirs-2');
  await calledOff(stack);
}

/** The network takes no task while its table is locked: until then an order in progress can still be called off. */
async function calledOff(stack: Stack): Promise<void> {
  const id = await withClient(stack.config.databaseUrl ?? '', async (client) => {
    await client.query('BEGIN');
    await client.query('LOCK TABLE provisioning.task IN SHARE MODE');
    const order = await placeOrder(stack, await customer(stack));
    await until(async () => (await stack.sql("SELECT 1 FROM service_inventory.service_order WHERE state = 'inProgress'")).length > 0);
    await cancelOrder(stack, order.id ?? '');
    await until(async () => (await stack.sql('SELECT 1 FROM service_inventory.cancel_service_order WHERE service_order_id IS NOT NULL')).length > 0);
    await client.query('COMMIT');
    return order.id ?? '';
  });
  await ended(stack, id);
}

/** An order whose network entry hangs: it is held, flagged, and goes on when an operator has freed the task. */
export async function stuckDeeds(stack: Stack): Promise<void> {
  const fault = { params: { path: { id: 'FLT-002' } } };
  await ok(stack.clients.provisioning.PATCH('/faultRule/{id}', { ...fault, body: { enabled: true, probability: 1 } }));
  const { id = '' } = await placeOrder(stack, await customer(stack));
  await until(async () => (await stack.sql("SELECT 1 FROM service_inventory.service_order WHERE state = 'held'")).length > 0);
  await ok(stack.clients.admin('com').POST('/clock/advance', { body: { duration: '2h' } }));
  const [task] = await ok(stack.clients.provisioning.GET('/task', { params: { query: { orderId: id, state: 'stuck' } } }));
  await ok(stack.clients.provisioning.PATCH('/faultRule/{id}', { ...fault, body: { enabled: false } }));
  await ok(stack.clients.provisioning.POST('/task/{id}/resolve', { params: { path: { id: task?.id ?? '' } }, body: { note: 'entry made by hand' } }));
  await ended(stack, id);
}

/** A line, its money, and a bill that is looked into. */
export async function moneyDeeds(stack: Stack): Promise<void> {
  const bought = await line(stack, await customer(stack));
  const [payment] = await ok(stack.clients.TMF676.GET('/payment', { params: { query: { limit: 1 } } }));
  const bills = '/tmf-api/customerBillManagement/v4';
  const [bill] = await ok(stack.clients.TMF678.GET('/customerBill', { params: { query: { limit: 1 } } }));
  await call(stack, 'billing', 'PATCH', `${bills}/customerBill/${bill?.id ?? ''}`, { state: 'onHold' });
  await call(stack, 'payment', 'POST', '/tmf-api/payment/v4/refund', {
    account: { id: payment?.account.id }, paymentMethod: {}, totalAmount: { unit: 'SGD', value: 1 }, payment: { id: payment?.id, '@referredType': 'Payment' }, description: 'goodwill',
  });
  await ok(stack.clients.subscription.POST('/subscription/{id}/terminate', { params: { path: { id: bought.id } }, body: {} }));
}

/** What was refused at intake, and every task that is over, removed by itself a day later. */
export async function retiredDeeds(stack: Stack): Promise<void> {
  const theirs = { account: { id: 'theirs' }, paymentMethod: { id: 'their-card' }, totalAmount: { unit: 'SGD', value: 1 } };
  await call(stack, 'payment', 'POST', '/tmf-api/payment/v4/payment', theirs);
  await call(stack, 'payment', 'POST', '/tmf-api/payment/v4/refund', { ...theirs, payment: { id: 'their-payment' } });
  await stack.settle();
  await ok(stack.clients.admin('com').POST('/clock/advance', { body: { duration: '25h' } }));
}

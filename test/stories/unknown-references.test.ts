import test from 'ava';
import type { ServiceName } from '#runtime/services';
import { startStack } from '../support/stack.ts';

/** DOMAIN §1: an id of our own form names something of ours, or the request is refused, also where it is only recorded. */
const customer = [{ id: 'CUST-999999', href: 'https://crm.example/CUST-999999', role: 'customer', '@referredType': 'Customer' }];
const strangers: readonly [name: string, service: ServiceName, path: string, body: object, id: string][] = [
  ['an order for nobody', 'com', '/tmf-api/productOrderingManagement/v4/productOrder', { productOrderItem: [{ id: '1', action: 'add', productOffering: { id: 'PLAN_S' } }], relatedParty: customer }, 'CUST-999999'],
  ['an order of nothing for nobody', 'com', '/tmf-api/productOrderingManagement/v4/productOrder', { productOrderItem: [{ id: '1', action: 'add' }], relatedParty: customer }, 'CUST-999999'],
  ['the end of no order', 'com', '/tmf-api/productOrderingManagement/v4/cancelProductOrder', { productOrder: { id: 'ORD-999999' } }, 'ORD-999999'],
  ['a service of nobody', 'som', '/tmf-api/serviceInventory/v4/service', { state: 'active', serviceSpecification: { id: 'CFS_TV' }, relatedParty: customer }, 'CUST-999999'],
  ['the end of no service order', 'som', '/tmf-api/serviceOrdering/v4/cancelServiceOrder', { serviceOrder: { id: 'SO-999999' } }, 'SO-999999'],
  ['a contact with nobody', 'crm', '/tmf-api/partyInteraction/v4/partyInteraction', { channel: [{ id: 'shop' }], direction: 'inbound', reason: 'a question', relatedParty: customer }, 'CUST-999999'],
  ['a ticket of nobody', 'crm', '/tmf-api/troubleTicket/v4/troubleTicket', { description: 'no signal', severity: 'High', ticketType: 'other', relatedParty: customer }, 'CUST-999999'],
  ['money back of no payment', 'payment', '/tmf-api/payment/v4/refund', { payment: { id: 'PAY-999999' }, totalAmount: {}, account: { id: 'BA-001' }, paymentMethod: {} }, 'PAY-999999'],
];

test('an id of ours that names nothing is refused wherever it is posted, and nothing is recorded', async (t) => {
  const stack = await startStack(t);
  for (const [name, service, path, body, id] of strangers) {
    const answer = await stack.fetch(service, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }, 'cli');
    t.like({ status: answer.status, body: await answer.json() as object }, { status: 422, body: { reason: 'reference.id.unknown', context: { id } } }, name);
  }
  t.deepEqual((await stack.events()).map(({ type }) => type), strangers.map(() => 'policy.refused'));
});

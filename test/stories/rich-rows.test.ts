import test, { type ExecutionContext } from 'ava';
import { resources, type ResourceKey } from '#generated/resources';
import { keyed, ok } from '#runtime/client';
import type { ServiceName } from '#runtime/services';
import { startStack, type Stack } from '../support/stack.ts';
import { customer, line, placeOrder, topUp, use } from '../support/story.ts';

/**
 * TMF.md §3: what every returned row carries, whoever wrote it. `path[]` is a list with at least one
 * member, each of which has what follows; `!` is what no mandatory list asks for, but a row written
 * by our own code carries, because a client would have sent it.
 */
const mandatory: Partial<Record<ResourceKey, string>> = {
  'TMF620.productSpecification': 'name lastUpdate lifecycleStatus @type !serviceSpecification[].id !productSpecCharacteristic[].name',
  'TMF620.productOffering': 'name lastUpdate lifecycleStatus @type productSpecification.id !category[].id !productOfferingPrice[].id !prodSpecCharValueUse[].name !validFor.startDateTime',
  'TMF620.productOfferingPrice': 'name lastUpdate lifecycleStatus @type price.unit price.value priceType !validFor.startDateTime',
  'TMF620.catalog': 'name lastUpdate lifecycleStatus @type !category[].id',
  'TMF620.category': 'name lastUpdate lifecycleStatus @type',
  'TMF621.troubleTicket': 'description severity ticketType status creationDate !statusChange[].status',
  'TMF622.productOrder': 'orderDate state productOrderItem[].id productOrderItem[].action productOrderItem[].state relatedParty[].id !productOrderItem[].productOffering.name !productOrderItem[].itemPrice[].price.taxIncludedAmount.value !orderTotalPrice[].price.taxIncludedAmount.value',
  'TMF622.cancelProductOrder': 'state productOrder.id',
  'TMF629.customer': 'name engagedParty.id status @type !contactMedium[].mediumType',
  'TMF635.usage': 'usageSpecification.id usageDate status !usageCharacteristic[].name !usageType',
  'TMF635.usageSpecification': 'name',
  'TMF638.service': 'state serviceSpecification.id serviceDate @type !name !category !serviceType !startDate !hasStarted !isServiceEnabled !relatedParty[].id !serviceCharacteristic[].value !serviceOrderItem[].serviceOrderId',
  'TMF640.monitor': 'state sourceHref',
  'TMF641.serviceOrder': 'state orderDate serviceOrderItem[].id serviceOrderItem[].action serviceOrderItem[].service.id !serviceOrderItem[].state !startDate !completionDate !relatedParty[].id',
  'TMF676.payment': 'account.id paymentMethod.id totalAmount.unit totalAmount.value status paymentDate !payer.id !paymentItem[].totalAmount.value !amount.value !taxAmount.value !authorizationCode !correlatorId',
  'TMF676.refund': 'account.id paymentMethod.id totalAmount.unit totalAmount.value status paymentDate !payment.id !reason !refundDate',
  'TMF678.customerBill': 'billNo billDate state billDocument[].id !billDocument[].href billingAccount.id amountDue.unit amountDue.value relatedParty[].id !taxItem[].taxAmount.value !appliedPayment[].payment.id !taxIncludedAmount.value !taxExcludedAmount.value !remainingAmount.value !paymentMethod.id !category !lastUpdate',
  'TMF678.customerBillOnDemand': 'state billingAccount.id relatedParty.id !customerBill.id',
  'TMF678.appliedCustomerBillingRate': 'isBilled name date bill.id !appliedTax[].taxAmount.value !billingAccount.id !taxIncludedAmount.value !type',
  'TMF683.partyInteraction': 'interactionDate.startDateTime channel[].id channel[].href direction reason status !description !creationDate !statusChangeDate !relatedParty[].id',
};

const of: Readonly<Record<string, ServiceName>> = {
  TMF620: 'catalog', TMF621: 'crm', TMF622: 'com', TMF629: 'crm', TMF635: 'mediation', TMF638: 'som', TMF640: 'provisioning-sim', TMF641: 'som',
  TMF676: 'payment', TMF678: 'billing', TMF683: 'crm',
};

type Row = Readonly<Record<string, unknown>>;

/** Whether a row has a value at `a.b[].c`, in every member of a list. */
function has(value: unknown, path: readonly string[]): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return value !== undefined && value !== null && value !== '';
  const member = (value as Row | undefined)?.[step.replace('[]', '')];
  if (!step.endsWith('[]')) return has(member, rest);
  return Array.isArray(member) && member.length > 0 && member.every((one) => has(one, rest));
}

async function rowsOf(stack: Stack, key: ResourceKey, query = ''): Promise<Row[]> {
  const answer = await stack.fetch(of[key.split('.')[0]!]!, `${resources[key].path}${query}`, {}, 'cli');
  if (answer.status !== 200) throw new Error(`${key}${query} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Row[];
}

/** A line with everything that can happen to it, none of it posted row by row. */
async function live(stack: Stack): Promise<void> {
  const { clients } = stack;
  const id = await customer(stack);
  const { id: lineId, msisdn } = await line(stack, id);
  await topUp(stack, lineId);
  await use(stack, msisdn, 100);
  const [payment] = await ok(clients.TMF676.GET('/payment', {}));
  const refund = { payment: { id: payment?.id ?? '' }, account: { id: payment?.account.id ?? '' }, totalAmount: { unit: 'SGD', value: 1 }, paymentMethod: { id: payment?.paymentMethod.id ?? '' }, reason: 'goodwill' };
  await ok(clients.TMF676.POST('/refund', { body: refund as never, ...keyed('rich refund') })); // the reason stands in DOMAIN F10, not in the document
  await ok(clients.TMF678.POST('/customerBillOnDemand', { body: { billingAccount: { id: payment?.account.id ?? '' } } }));
  const opened = await ok(clients.case.POST('/case', { body: { customerId: id, subject: 'slow', category: 'service_outage' } }));
  await ok(clients.TMF621.POST('/troubleTicket', { body: { description: 'slow', severity: 'High', ticketType: 'service_outage', relatedEntity: [{ id: opened.id, role: 'case', '@referredType': 'Case' }] } as never })); // what the schema asks for beyond is ours to set
  const { id: orderId = '' } = await placeOrder(stack, id);
  await ok(clients.TMF622.POST('/cancelProductOrder', { body: { productOrder: { id: orderId } } as never, ...keyed('rich cancel') })); // as above
  await stack.settle();
}

const missing = (key: ResourceKey, row: Row): string[] =>
  ['id', 'href', ...mandatory[key]!.split(' ')].map((path) => path.replace('!', '')).filter((path) => !has(row, path.split(/(?<!^@)\./))).map((path) => `${key} ${String(row['id'])} ${path}`);

/** `a=b` for each mandatory attribute of text or number must find the row it was read from. */
async function unfound(t: ExecutionContext, stack: Stack, key: ResourceKey): Promise<void> {
  const [row] = await rowsOf(stack, key, '?limit=1&offset=0').catch(() => rowsOf(stack, key));
  if (!row) return;
  for (const path of mandatory[key]!.split(' ').filter((one) => !one.startsWith('!'))) {
    const value = path.replaceAll('[]', '').split('.').reduce<unknown>((at, step) => (at as Row | undefined)?.[step] ?? (Array.isArray(at) ? (at[0] as Row)[step] : undefined), row);
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const found = await rowsOf(stack, key, `?${path.replaceAll('[]', '')}=${encodeURIComponent(value)}&limit=1000`);
    t.true(found.some(({ id }) => id === row['id']), `${key}?${path}=${value}`);
  }
}

test('no row written by our own code is poorer than one that a client posts', async (t) => {
  const stack = await startStack(t);
  await live(stack);
  const keys = Object.keys(mandatory) as ResourceKey[];
  const poor: string[] = [];
  for (const key of keys) {
    const rows = await rowsOf(stack, key);
    t.true(rows.length > 0, `${key} has rows`);
    poor.push(...rows.flatMap((row) => missing(key, row)));
  }
  t.deepEqual(poor, []);
  for (const key of keys) await unfound(t, stack, key);
});

test('the list of what is mandatory is looked up in each member of a list', (t) => {
  const row = { id: 'ORD-001', href: 'x', productOrderItem: [{ id: '1', action: 'add', state: 'completed' }, { id: '2', action: 'add' }], relatedParty: [], orderTotalPrice: [], state: 'completed', orderDate: 'x' };
  const poor = ['productOrderItem[].state', 'relatedParty[].id', 'productOrderItem[].productOffering.name',
    'productOrderItem[].itemPrice[].price.taxIncludedAmount.value', 'orderTotalPrice[].price.taxIncludedAmount.value'];
  t.deepEqual(missing('TMF622.productOrder', row), poor.map((path) => `TMF622.productOrder ORD-001 ${path}`));
});

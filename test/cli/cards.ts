import type { Look } from '#cli/renderers/look';
import { renderActivePrice, renderCatalog, renderTariff, type Tariff } from '#cli/renderers/catalog';
import { renderCustomer, type Customer } from '#cli/renderers/customer';
import { renderCustomer360 } from '#cli/renderers/customer-360';
import { renderEsim } from '#cli/renderers/esim';
import { eventLine, type Event } from '#cli/renderers/event';
import { renderKeyValue } from '#cli/renderers/key-value';
import { renderKyc } from '#cli/renderers/kyc';
import { renderNumberPool } from '#cli/renderers/number-pool';
import { renderOrder, type OrderView, type ProvisioningTask } from '#cli/renderers/order';
import { renderPaymentMethod } from '#cli/renderers/payment-method';
import { renderClock } from '#cli/renderers/clock';
import { renderReceipt, renderRenewal, renderVasPurchase, type Receipt } from '#cli/renderers/receipt';
import { renderRefused } from '#cli/renderers/refused';
import { renderList } from '#cli/renderers/render';
import type { OrderSaga } from '#cli/renderers/saga-step';
import { renderSubscription, renderSubscriptionBalance } from '#cli/renderers/subscription';
import { renderUsage } from '#cli/renderers/usage';
import { renderCase, renderCaseNote, renderCaseView } from '#cli/renderers/case';
import { renderInteraction } from '#cli/renderers/interaction';
import { renderTicket } from '#cli/renderers/ticket';
import { caseOf, caseViewOf, interactionOf, noteOf, ticketOf } from './case-cards.ts';
import { stackFindings } from './findings.ts';
import { renderCheckup } from '#cli/doctor/checkup';
import { blockedLine, line } from './fixtures.ts';

const gigabyte = 1_073_741_824;
const sgd = (value: number) => ({ unit: 'SGD', value });
const price = (offering: string, value: number) => ({ priceId: `PRICE_${offering}`, name: offering, amount: sgd(value), validFrom: '2026-01-01T00:00:00.000Z' });

export const customer = (name: string): Customer => ({
  id: 'CUST-022', href: 'http://localhost:8002/tmf-api/customerManagement/v4/customer/CUST-022', '@type': 'Customer', name, status: 'active', statusReason: name === 'Ada Lim' ? '' : name,
  engagedParty: { id: 'PTY-022', name, '@referredType': 'Individual' }, validFor: { startDateTime: '2026-01-04T00:00:00.000Z' },
  contactMedium: [
    { mediumType: 'email', characteristic: { emailAddress: 'ada@x.sg' } }, { mediumType: 'phone', characteristic: { phoneNumber: '+6590001234' } },
  ],
  ...{ kycStatus: 'verified' }, // own extension of the document
});

export const tariff = (id: string, name: string, value: number, gb: number, voiceMin: number | null): Tariff => ({
  id, href: `http://localhost:8001/bss-api/catalog/v1/offering/${id}/tariff`, '@type': 'Tariff', offeringId: id, name, category: 'PLAN', lifecycleStatus: 'Launched', sellable: true,
  at: '2026-11-22T09:15:00.000Z', price: price(id, value), blockingAllowances: ['data'],
  allowances: [
    { allowance: 'data', unit: 'byte', total: gb * gigabyte, unlimited: false },
    { allowance: 'voice', unit: 'second', total: voiceMin === null ? null : voiceMin * 60, unlimited: voiceMin === null },
    { allowance: 'sms', unit: 'message', total: 100, unlimited: false },
  ],
});

const task = (taskType: ProvisioningTask['taskType'], state: ProvisioningTask['state'], attempts: number, durationMs: number | null, lastError: string | null = null): ProvisioningTask => ({
  id: `PTK-${taskType.length}`, href: `http://localhost:8010/bss-api/provisioning/v1/task/PTK-${taskType.length}`, '@type': 'ProvisioningTask',
  taskType, state, serviceOrderId: 'SO-031', attempts, maxAttempts: 3, lastError, createdAt: '2026-11-22T09:00:05.000Z', durationMs,
});

export const saga = (change: Partial<OrderSaga> = {}): OrderSaga => ({
  id: 'ORD-014', href: 'http://localhost:8004/bss-api/order/v1/productOrder/ORD-014/saga', '@type': 'OrderSaga', orderId: 'ORD-014', orderState: 'completed', action: 'add',
  customerId: 'CUST-022', offeringId: 'PLAN_M', step: null, compensating: false, attempts: 1, paymentId: 'PAY-007', serviceOrderId: 'SO-031', subscriptionId: 'SUB-009', billId: 'BILL-004', msisdn: '90000005',
  steps: ['start', 'authorize', 'requestService', 'awaitService', 'createLine', 'assignNumber', 'capture', 'activate'].map((name, at) => ({
    name, state: 'done' as const, attempts: 1, startedAt: `2026-11-22T09:00:0${at}.000Z`, finishedAt: `2026-11-22T09:00:0${at}.120Z`,
  })),
  ...change,
});

export function order(text: string): OrderView {
  const failed = text !== 'Ada Lim';
  return {
    '@type': 'OrderView', id: 'ORD-014',
    order: {
      id: 'ORD-014', state: failed ? 'failed' : 'completed', relatedParty: [{ id: 'CUST-022', role: 'customer', '@referredType': 'Customer' }],
      productOrderItem: [{
        id: '1', action: 'add', productOffering: { id: 'PLAN_M' },
        itemPrice: [{ priceType: 'recurring', recurringChargePeriod: 'month', price: { taxIncludedAmount: sgd(25) } }],
      }],
    },
    saga: failed
      ? saga({ orderState: 'failed', lastError: text, steps: [{ name: 'endService', state: 'done', attempts: 1 }, { name: 'returnMoney', state: 'done', attempts: 1 }] })
      : saga(),
    tasks: [
      task('HLR_PROVISION', 'completed', 1, 500), task('PCRF_POLICY_PUSH', 'completed', 2, 300),
      failed ? task('ESIM_PROFILE_PREPARE', 'failed', 3, null, text) : task('ESIM_PROFILE_PREPARE', 'completed', 1, 400),
    ],
    timeline: [
      { state: 'acknowledged', at: '2026-11-22T09:00:04.000Z' }, { state: 'inProgress', at: '2026-11-22T09:00:04.200Z' }, { state: failed ? 'failed' : 'completed', at: '2026-11-22T09:00:11.000Z' },
    ],
  };
}

const heldOrder = (text: string): OrderView => {
  const view = order('Ada Lim');
  return { ...view, order: { ...view.order, state: 'held' }, saga: saga({ orderState: 'held', billId: null, stuckFlaggedAt: '2026-11-22T09:15:00.000Z', step: 'awaitService' }), tasks: [task('HLR_PROVISION', 'stuck', 1, null, text), task('PCRF_POLICY_PUSH', 'failed', 3, null, text)] };
};

const receipt = (text: string): Receipt => ({
  id: 'BILL-004', href: 'http://localhost:8009/bss-api/billing/v1/customerBill/BILL-004/document', '@type': 'Receipt', billNo: 'BILL-004', billDate: '2026-11-22T09:15:00.000Z', state: 'settled',
  category: 'normal', customerId: 'CUST-022', operatorName: text, paymentId: 'PAY-007', brand: 'Visa', last4: '4242',
  lines: [{ id: 'RATE-004', description: text, offeringId: 'VAS_DATA_1GB', amount: sgd(3), taxExcludedAmount: sgd(2.75), tax: sgd(0.25) }],
  total: sgd(3), taxExcludedTotal: sgd(2.75), tax: sgd(0.25), taxRateBp: 900,
});

export const event = (actor: string): Event => ({
  id: '019aa9c0-0000-7000-8000-000000000001', href: 'http://localhost:8002/bss-api/audit/v1/event?eventId=019aa9c0-0000-7000-8000-000000000001', '@type': 'Event',
  eventId: '019aa9c0-0000-7000-8000-000000000001', eventType: 'subscription.vas_purchased', aggregateType: 'subscription', aggregateId: 'SUB-009', aggregateSeq: 7,
  occurredAt: '2026-11-22T09:15:02.114Z', actor, channel: 'llm', serviceIdentity: 'subscription', traceId: '4825e0bb25ae08704825e0bb25ae0870', schemaVersion: 1,
  payload: { subscriptionId: 'SUB-009', customerId: 'CUST-022' }, prevHash: null, hash: 'a'.repeat(64),
});

const usage = (text: string) => ({
  id: 'USG-012', '@type': 'Usage', usageDate: '2026-11-22T09:15:00.000Z', usageType: 'data', status: text === 'Ada Lim' ? 'billed' as const : 'rejected' as const,
  relatedParty: [{ id: 'CUST-022', role: 'customer', '@referredType': 'Customer' }],
  usageCharacteristic: [
    { name: 'msisdn', value: '90000005' as never }, { name: 'eventType', value: 'data' as never }, { name: 'quantity', value: (4 * gigabyte) as never }, { name: 'unit', value: 'byte' as never }, // any JSON value
  ],
  policyViolation: text === 'Ada Lim' ? undefined : { reason: text },
});

const list = (type: string, rows: readonly object[], look: Look): string =>
  renderList(rows as readonly Readonly<Record<string, unknown>>[], { title: type, type, marks: [String(rows.length)], fields: [] }, look); // rows of a list are JSON objects

/** Every card, drawn from ordinary values with one text of the fixtures wherever a person wrote something. */
export const cards: Readonly<Record<string, (text: string, look: Look) => string>> = {
  'customer': (text, look) => renderCustomer(customer(text), look),
  'customer 360': (text, look) => renderCustomer360({
    '@type': 'Customer360', id: 'CUST-022', customer: customer(text), subscriptions: [line, blockedLine], charged30d: sgd(38),
    orders: [order('Ada Lim').order],
  }, look),
  'subscription': (_text, look) => renderSubscription(line, look),
  'blocked subscription': (_text, look) => renderSubscription(blockedLine, look),
  'subscription that changes its plan': (_text, look) => renderSubscription({
    ...line, pendingChange: { kind: 'plan', offeringId: 'PLAN_L', offeringName: 'Max', price: price('PLAN_L', 45), effectiveAt: '2026-12-04T09:15:00.000Z', requestedAt: '2026-11-22T09:15:00.000Z' },
  }, look),
  'balance': (_text, look) => renderSubscriptionBalance({ ...line, '@type': 'SubscriptionBalance', subscriptionId: line.id }, look),
  'order': (text, look) => renderOrder(order(text), look),
  'held order': (text, look) => renderOrder(heldOrder(text), look),
  'catalog': (text, look) => renderCatalog({
    '@type': 'CatalogView', kind: 'plan', at: '2026-11-22T09:15:00.000Z', offerings: [tariff('PLAN_S', text, 10, 5, 100), tariff('PLAN_M', 'Standard', 25, 30, null)],
  }, look),
  'top-ups': (text, look) => renderCatalog({
    '@type': 'CatalogView', kind: 'top-up', at: '2026-11-22T09:15:00.000Z', offerings: [
      { id: 'VAS_DATA_1GB', name: text, lifecycleStatus: 'Launched', price: price('VAS_DATA_1GB', 3), allowances: [{ allowance: 'data', unit: 'byte', total: gigabyte, unlimited: false }] },
      { id: 'VAS_UNLIMITED_DAY', name: 'Day pass', lifecycleStatus: 'Launched', price: price('VAS_UNLIMITED_DAY', 5), durationHours: 24, allowances: [{ allowance: 'data', unit: 'byte', total: null, unlimited: true }] },
    ],
  }, look),
  'offering': (text, look) => renderTariff(tariff('PLAN_M', text, 25, 30, null), look),
  'price': (text, look) => renderActivePrice({
    id: 'PRICE_PLAN_M', href: 'http://localhost:8001/bss-api/catalog/v1/offering/PLAN_M/activePrice', '@type': 'ActivePrice', offeringId: 'PLAN_M', name: text, priceType: 'recurring',
    recurringChargePeriodType: 'month', amount: sgd(25), tax: sgd(2.06), taxIncluded: true, taxRateBp: 900, validFrom: '2026-01-01T00:00:00.000Z', validTo: null, at: '2026-11-22T09:15:00.000Z',
  }, look),
  'receipt': (text, look) => renderReceipt(receipt(text), look),
  'top-up': (_text, look) => renderVasPurchase({
    id: 'VASP-003', href: 'http://localhost:8006/bss-api/subscription/v1/vasPurchase/VASP-003', '@type': 'VasPurchase', subscriptionId: 'SUB-012', customerId: 'CUST-022', offeringId: 'VAS_DATA_1GB', state: 'applied',
    price: price('VAS_DATA_1GB', 3), paymentId: 'PAY-008', billId: 'BILL-005', buckets: [], subscription: { ...blockedLine, state: 'active', blockReason: null }, createdAt: '2026-11-22T09:15:00.000Z',
    expiresAt: '2026-12-04T09:15:00.000Z',
  }, look),
  'renewal': (text, look) => renderRenewal({
    id: 'REN-003', href: 'http://localhost:8006/bss-api/subscription/v1/subscription/SUB-009/renewal', '@type': 'Renewal', subscriptionId: 'SUB-009', customerId: 'CUST-022', boundary: '2026-12-04T09:15:00.000Z', attempt: 2,
    state: text === 'Ada Lim' ? 'captured' : 'declined', offeringId: 'PLAN_M', price: price('PLAN_M', 25), periodStart: '2026-12-04T09:15:00.000Z', periodEnd: '2027-01-04T09:15:00.000Z', paymentId: 'PAY-009', billId: 'BILL-006',
    declineCode: text === 'Ada Lim' ? null : text, createdAt: '2026-12-04T09:15:00.000Z', subscription: line,
  }, look),
  'clock': (_text, look) => renderClock({
    id: 'clock', href: 'http://localhost:8002/bss-api/admin/v1/clock', '@type': 'Clock', now: '2026-12-22T09:15:00.000Z', frozen: true, offsetMs: 0,
    ran: [{ name: 'vas_expiry', changed: 0 }, ...Array.from({ length: 22 }, (_, i) => ({ name: 'renewal' as const, changed: i + 1, at: '2026-12-04T09:15:00.000Z' }))],
  }, look),
  'number pool': (_text, look) => renderNumberPool({
    id: '9000', href: 'http://localhost:8002/bss-api/inventory/v1/msisdnCount', '@type': 'MsisdnCount', prefix: '9000', available: 912, reserved: 3, assigned: 81, quarantined: 4, ported_out: 0, total: 1000,
  }, look),
  'eSIM': (_text, look) => renderEsim({
    id: '8965010000000000053', href: 'http://localhost:8002/bss-api/inventory/v1/esim/8965010000000000053', '@type': 'EsimView', iccid: '8965010000000000053', imsi: '001010000000005', status: 'enabled',
    smdpAddress: 'smdp.bss-cli.local', eid: '89049032000000000000000000000012', msisdn: '90000005', subscriptionId: 'SUB-009', customerId: 'CUST-022',
    activationCode: 'LPA:1$smdp.bss-cli.local$8F2C-01AB-77D0-9E44',
  }, look),
  'card on file': (text, look) => renderPaymentMethod({
    id: 'PM-004', href: 'http://localhost:8003/bss-api/payment/v1/paymentMethod/PM-004', '@type': 'PaymentMethod', customerId: 'CUST-022', status: 'active', brand: text === 'Ada Lim' ? 'visa' : text, last4: '4242',
    expMonth: 4, expYear: 2049, isDefault: true, createdAt: '2026-11-22T09:15:00.000Z',
  }, look),
  'identity': (text, look) => renderKyc({
    id: 'CUST-022', href: 'http://localhost:8002/bss-api/crm/v1/customer/CUST-022/kyc', '@type': 'Kyc', customerId: 'CUST-022', kycStatus: 'verified', provider: text === 'Ada Lim' ? 'prebaked' : text,
    documentType: 'national_id', documentCountry: 'SG', attestedAt: '2026-11-22T09:15:00.000Z', verifiedAt: '2026-11-22T09:15:00.000Z', expiresAt: null,
  }, look),
  'identity, not attested': (_text, look) => renderKyc({
    id: 'CUST-022', href: 'http://localhost:8002/bss-api/crm/v1/customer/CUST-022/kyc', '@type': 'Kyc', customerId: 'CUST-022', kycStatus: 'not_verified',
  }, look),
  'usage': (text, look) => renderUsage(usage(text), look),
  'case': (text, look) => renderCase(caseOf(text), look),
  'case with its notes and tickets': (text, look) => renderCaseView(caseViewOf(text), look),
  'note': (text, look) => renderCaseNote(noteOf(text), look),
  'ticket': (text, look) => renderTicket(ticketOf(text), look),
  'interaction': (text, look) => renderInteraction(interactionOf(text), look),
  'refused': (text, look) => renderRefused({ rule: 'case.resolve.tickets_open', message: text === 'Ada Lim' ? 'Resolve or cancel TKT-005 first.' : text, fixes: ['bss ticket resolve TKT-005'] }, look),
  'refused with two ways out': (text, look) => renderRefused({ rule: 'provisioning.retry.not_failed', message: 'The task has not failed.', fixes: [`Only a failed task can be tried again; a stuck one is freed, the others end by themselves. ${text}`, 'bss prov show PTK-001'] }, look),
  'events': (text, look) => `${eventLine(event(text === 'Ada Lim' ? 'ada' : text), look)}\n`,
  'any other': (text, look) => renderKeyValue({ '@type': 'Gadget', id: 'PM-004', href: 'http://localhost:8003/x', status: 'active', brand: text, last4: '4242', customer: { id: 'CUST-022', '@referredType': 'Customer' }, price: { priceId: 'PRICE_PLAN_M', amount: { unit: 'SGD', value: 25 } }, tags: [] }, look),
  'list of customers': (text, look) => list('Customer', [customer(text), { ...customer('Bo'), id: 'CUST-7', status: 'closed', contactMedium: [] }], look),
  'list of usage': (text, look) => list('Usage', [usage(text), { ...usage('Ada Lim'), id: 'USG-1' }], look),
  'list of cases': (text, look) => list('Case', [caseOf(text)], look),
  'list of tickets': (text, look) => list('TroubleTicket', [ticketOf(text)], look),
  'list of interactions': (text, look) => list('PartyInteraction', [interactionOf(text)], look),
  'list of an unknown type': (text, look) => list('Widget', [{ id: 'W-1', href: 'x', '@type': 'Widget', size: 3, note: text }], look),
  'doctor': (text, look) => renderCheckup(stackFindings(text), look),
};

/** The same cards where next to nothing is known. */
export const bareCards: Readonly<Record<string, (look: Look) => string>> = {
  'customer': (look) => renderCustomer({ engagedParty: { id: '', '@referredType': '' } } as Customer, look), // a document a foreign system posted
  'customer 360': (look) => renderCustomer360({ '@type': 'Customer360', id: 'CUST-001', customer: { ...customer(''), contactMedium: [] }, subscriptions: [], orders: [], charged30d: null }, look),
  'subscription': (look) => renderSubscription({ ...line, state: 'pending', balances: [], periodStart: null, periodEnd: null }, look),
  'ended subscription': (look) => renderSubscription({ ...line, state: 'terminated', balances: [], terminatedAt: '2026-11-20T09:15:00.000Z' }, look),
  'order': (look) => renderOrder({ '@type': 'OrderView', id: 'ORD-001', order: { id: 'ORD-001', state: 'rejected', productOrderItem: [] as never }, saga: null, tasks: [], timeline: [] }, look), // the type wants one item, a foreign order may have none
  'catalog': (look) => renderCatalog({ '@type': 'CatalogView', kind: 'plan', at: '2026-11-22T09:15:00.000Z', offerings: [] }, look),
  'receipt': (look) => renderReceipt({ ...receipt(''), lines: [], paymentId: null, brand: null, last4: null }, look),
  'number pool': (look) => renderNumberPool({ id: 'all', href: 'x', '@type': 'MsisdnCount', prefix: '', available: 0, reserved: 0, assigned: 0, quarantined: 0, ported_out: 0, total: 0 }, look),
  'usage': (look) => renderUsage({}, look),
  'case': (look) => renderCase({ ...caseOf(''), state: 'closed', agentId: null, description: null, slaBreachedAt: null, resolutionCode: 'fixed', ticketIds: [] }, look),
  'ticket': (look) => renderTicket({ id: 'TKT-001', description: '', severity: '', ticketType: '' }, look),
  'interaction': (look) => renderInteraction({ id: 'INT-001' } as never, look), // a document a foreign system posted
  'refused': (look) => renderRefused({ rule: '', message: '', fixes: [] }, look),
  'any other': (look) => renderKeyValue({}, look),
  'list': (look) => list('Customer', [], look),
};

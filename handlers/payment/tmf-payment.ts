import type { components } from '#generated/types/TMF676';
import { amountRequired, chargeable, methodForeign, methodRequired, paymentMachine, type ChargeFacts } from '#policy/payment';
import { unknownReference } from '#policy/reference';
import { violation, type Rule } from '#policy/rule';
import type { PolicyViolation } from '#runtime/errors';
import { fromWireMoney } from '#runtime/money';
import { accept } from '../resource/document.ts';
import { extensionsOf } from '../resource/extensions.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { findAccountById, holderOf } from './account.ts';
import { openPayment, type Charge } from './authorization.ts';
import { withoutCardNumbers } from './card-number.ts';
import { GatewayTimeout, type PaymentGateway } from './gateway.ts';
import { singleItem, type ChargedItems } from './item.ts';
import { findMethod } from './method.ts';
import { keyReused } from './key.ts';
import { findPayment, findPaymentByKey, paymentPayload, type PaymentRow } from './payment.ts';
import { isAccountId, isCustomerId, isMethodId } from './reference.ts';
import { finishSale, sell } from './sale.ts';
import { nextId } from './sequence.ts';
import { insertPayment, movePayment } from './store-payment.ts';
import { memberOf, wireMoney } from './wire.ts';

type NewPayment = components['schemas']['Payment_Create'];

/** TMF676 payment over our payment row; status and dates are columns, the rest is as written at the start. */
export const paymentDefinition: ResourceDefinition<PaymentRow> = {
  key: 'TMF676.payment',
  table: 'payment.payment',
  columns: {
    status: { column: 'status', type: 'text' },
    statusDate: { column: 'status_date', type: 'timestamptz' },
    paymentDate: { column: 'created_at', type: 'timestamptz' },
    authorizationCode: { sql: "coalesce(r.document->>'authorizationCode', r.gateway_ref)", type: 'text' },
    // Not the customer who pays: a payer may be of another house.
    'payer.id': { sql: "r.document #>> '{payer,id}'", type: 'text' },
  },
  sortNewest: 'created_at',
  ownerColumn: 'customer_id',
  extensions: extensionsOf('TMF676.payment'),
  readOnly: [],
  mandatory: [],
  stateAttribute: 'status',
  project: ({ document, gatewayRef }) => ({ authorizationCode: document['authorizationCode'] ?? gatewayRef }),
  permits: {},
};

/**
 * POST payment: authorise, capture and bill at once. A payment that cannot be charged because it names
 * no method or amount, or a method that is not ours, is recorded as denied with its rule (DOMAIN §1).
 * @throws {PolicyViolation} payment.charge.*, reference.id.unknown
 */
export async function createPayment(service: Service, gateway: PaymentGateway, body: NewPayment, key: string | null): Promise<PaymentRow> {
  const posted = withoutCardNumbers(accept(paymentDefinition, body));
  const customerId = await payingCustomer(service, body);
  const broken = verdictOf(service, body, customerId);
  if (broken) return recordDenied(service, body, posted, customerId, broken, key);
  const charge = await chargeOf(service, body, posted, customerId!, key); // a method of ours belongs to a customer
  return key === null ? sellOnce(service, gateway, charge) : sell(service, gateway, charge);
}

/**
 * Without a key nobody can ask for the same sale again, so no answer of the gateway is no error: the
 * caller gets the payment as it stands, and the worker goes on with it.
 */
async function sellOnce(service: Service, gateway: PaymentGateway, charge: Charge): Promise<PaymentRow> {
  const opened = await openPayment(service, charge);
  try {
    return await finishSale(service, gateway, opened);
  } catch (error) {
    if (!(error instanceof GatewayTimeout)) throw error;
    return (await findPayment(service.db, opened.payment.id)) ?? opened.payment;
  }
}

const idOf = (reference: { id?: string } | undefined): string | null => (reference?.id === undefined || reference.id === '' ? null : reference.id);

/** Whoever the method, the payer or the account belongs to, in this order; null when all are foreign. */
async function payingCustomer(service: Service, body: NewPayment): Promise<string | null> {
  const methodId = idOf(body.paymentMethod);
  const method = methodId !== null && isMethodId(methodId) ? await findMethod(service.db, methodId) : null;
  if (methodId !== null && isMethodId(methodId) && !method) throw unknownReference('paymentMethod', methodId, 'payment.list_methods');
  const account = isAccountId(body.account.id) ? await findAccountById(service.db, body.account.id) : null;
  if (isAccountId(body.account.id) && !account) throw unknownReference('billingAccount', body.account.id, 'bill.list');
  const payerId = idOf(body.payer);
  const payer = payerId !== null && isCustomerId(payerId) ? (await holderOf(service, payerId)).customerId : null;
  const customerId = payer ?? account?.customerId ?? method?.customerId ?? null;
  if (customerId !== null) requireOwner('customer', customerId, customerId);
  return customerId;
}

/** A whole amount, or null; nothing in an empty or absent totalAmount. */
function amountOf(service: Service, body: NewPayment): { readonly amountMinor: number | null; readonly currency: string } {
  const total = body.totalAmount;
  const amount = total?.value === undefined ? null : fromWireMoney(total, service.config.currency);
  return { amountMinor: amount?.amountMinor ?? null, currency: amount?.currency ?? total?.unit ?? service.config.currency };
}

/** The rule for which a payment is recorded and nothing is charged. */
function verdictOf(service: Service, body: NewPayment, customerId: string | null): PolicyViolation | null {
  const methodId = idOf(body.paymentMethod);
  const ours = methodId !== null && isMethodId(methodId);
  const { amountMinor, currency } = amountOf(service, body);
  const facts: ChargeFacts = {
    customerId, requestedMethodId: methodId, method: ours ? { id: methodId, customerId: customerId ?? '', status: 'active' } : null,
    amountMinor, currency, expectedCurrency: service.config.currency, itemsAddUp: true,
  };
  const rules: Rule<ChargeFacts>[] = [methodRequired, ...(body.totalAmount?.value === undefined ? [amountRequired] : []), methodForeign];
  const broken = rules.find((one) => !one.check(facts));
  return broken ? violation(broken, facts) : null;
}

async function chargeOf(service: Service, body: NewPayment, posted: Document, customerId: string, key: string | null): Promise<Charge> {
  const { amountMinor, currency } = amountOf(service, body);
  return {
    holder: await holderOf(service, customerId), paymentMethodId: idOf(body.paymentMethod), amountMinor, currency,
    charged: itemsOf(body, amountMinor ?? 0, currency), purpose: 'charge', description: body.description ?? body.name ?? null,
    orderId: null, subscriptionId: null, sale: true, key, posted,
  };
}

/** Lines of a bill, as many as our own charges may have. */
const itemsMax = 50;

/** The items a client posted where all of them have amounts and fit on a bill, else one item for the whole. */
function itemsOf(body: NewPayment, amountMinor: number, currency: string): ChargedItems {
  const defaults = { description: body.description ?? body.name ?? 'Payment', subscriptionId: null, orderId: null };
  const priced = (body.paymentItem ?? []).map((one) => ({ ...one, total: one.totalAmount ? fromWireMoney(one.totalAmount, currency) : null }));
  const whole = priced.every(({ total }) => total !== null && chargeable(total.amountMinor, total.currency));
  if (priced.length === 0 || priced.length > itemsMax || !whole) return { items: [singleItem(amountMinor, defaults)], addUp: true };
  const items = priced.map(({ item, total }) => singleItem(total!.amountMinor, { ...defaults, description: item.name ?? defaults.description }));
  const addUp = priced.every(({ total }) => total!.currency === currency) && items.reduce((sum, one) => sum + one.amountMinor, 0) === amountMinor;
  return { items, addUp };
}

/** Wide intake, narrow effect: payment.created, payment.denied, and nothing is charged. */
async function recordDenied(
  service: Service, body: NewPayment, posted: Document, customerId: string | null, broken: PolicyViolation, key: string | null,
): Promise<PaymentRow> {
  const known = key === null ? null : await findPaymentByKey(service.db, key);
  if (known && known.declineCode !== broken.rule) throw keyReused({ paymentId: known.id }, key);
  if (known) return known;
  const { amountMinor, currency } = amountOf(service, body);
  return service.db.tx(async (tx) => {
    const at = service.clock.now();
    const id = await nextId(tx, 'PAY');
    const facts = { paymentId: id, status: null, amountMinor: Math.max(0, amountMinor ?? 0), authorizedMinor: 0 };
    const opening = paymentMachine.move(tx, null, 'create', facts);
    const opened = await insertPayment(tx, opening, {
      id, at, items: [],
      document: { ...posted, totalAmount: { ...wireMoney(0, currency), ...memberOf(posted, 'totalAmount') }, [verdictAttribute]: verdict(broken) },
      columns: {
        customerId, accountId: body.account.id, paymentMethodId: null, purpose: 'charge', description: body.description ?? null, sale: true,
        currency, amountMinor: facts.amountMinor, idempotencyKey: key, gatewayAttempts: 0,
      },
    });
    recordMove(tx, opening, id, paymentPayload(opened));
    const move = paymentMachine.move(tx, opened.status, 'deny', facts);
    const denied = await movePayment(tx, move, opened, at, { declineCode: broken.rule }, broken.rule);
    recordMove(tx, move, id, { ...paymentPayload(denied), rule: broken.rule }, broken.rule);
    return denied;
  });
}


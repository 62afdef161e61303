import type { Tx } from '#db/database';
import { chargeDeclined, chargeRules, countAttempt, paymentMachine, type ChargeFacts } from '#policy/payment';
import { unknownReference } from '#policy/reference';
import { enforce, violation } from '#policy/rule';
import { money } from '#runtime/money';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { lockAccount, type AccountHolder } from './account.ts';
import { askGateway } from './ask.ts';
import type { GatewayAnswer, PaymentGateway } from './gateway.ts';
import type { ChargedItems } from './item.ts';
import { keyReused } from './key.ts';
import { chargedMethod, findMethod, type MethodRow } from './method.ts';
import { findPaymentByKey, lockPayment, paymentPayload, type PaymentRow } from './payment.ts';
import { isMethodId } from './reference.ts';
import { nextId } from './sequence.ts';
import { addAttempt, insertPayment, movePayment, type NewPayment } from './store-payment.ts';
import { ownDocument } from './wire.ts';

/** What somebody wants to charge, from our own API or from TMF676. */
export interface Charge {
  readonly holder: AccountHolder;
  /** A card named by the caller; null takes the default one. */
  readonly paymentMethodId: string | null;
  /** Minor units; null when the request holds no whole amount. */
  readonly amountMinor: number | null;
  readonly currency: string;
  readonly charged: ChargedItems;
  readonly purpose: string;
  readonly description: string | null;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly sale: boolean;
  /** Identity and Idempotency-Key of the call: one charge per key (I10). */
  readonly key: string | null;
  /** Attributes a TMF676 client posted; null for our own calls. */
  readonly posted: Document | null;
}

/** Longer than any call takes; what is open after that lost its process. */
const abandonedMs = 60_000;

/** Columns of an open sale or refund: the service itself ends it when its lease lapses, or at the next start. */
export const openUntil = (service: Service): { readonly nextRunMs: number; readonly leaseUntilMs: number } => {
  const nextRunMs = service.clock.tick();
  return { nextRunMs, leaseUntilMs: nextRunMs + abandonedMs };
};

/** Columns of one that has its answer. */
export const closed = { nextRunMs: null, leaseUntilMs: null } as const;

export interface Opened {
  readonly payment: PaymentRow;
  /** False for a payment that an earlier call with the same key has opened. */
  readonly fresh: boolean;
}

/**
 * The payment of a charge: a new one, or the one its key already stands for.
 * @throws {PolicyViolation} payment.charge.*, reference.id.unknown, idempotency.key.reused
 */
export async function openPayment(service: Service, charge: Charge): Promise<Opened> {
  const known = charge.key === null ? null : await findPaymentByKey(service.db, charge.key);
  if (known) return { payment: sameCharge(known, charge), fresh: false };
  return service.db.tx(async (tx) => {
    const method = await methodOf(tx, charge);
    enforce(chargeRules, factsOf(service, charge, method));
    const account = await lockAccount(tx, service, charge.holder);
    // Calls of one key that run at the same time queue at the account: the later one finds the row.
    const raced = charge.key === null ? null : await findPaymentByKey(tx, charge.key);
    if (raced) return { payment: sameCharge(raced, charge), fresh: false };
    return { payment: await insertOpen(tx, service, charge, method!, account.id), fresh: true }; // the rules have refused a charge without method
  });
}

async function methodOf(tx: Tx, charge: Charge): Promise<MethodRow | null> {
  if (charge.paymentMethodId === null) return chargedMethod(tx, charge.holder.customerId);
  const method = await findMethod(tx, charge.paymentMethodId);
  if (!method && isMethodId(charge.paymentMethodId)) throw unknownReference('paymentMethod', charge.paymentMethodId, 'payment.list_methods');
  return method;
}

const factsOf = (service: Service, charge: Charge, method: MethodRow | null): ChargeFacts => ({
  customerId: charge.holder.customerId, requestedMethodId: charge.paymentMethodId,
  method: method && { id: method.id, customerId: method.customerId, status: method.status },
  amountMinor: charge.amountMinor, currency: charge.currency, expectedCurrency: service.config.currency, itemsAddUp: charge.charged.addUp,
});

async function insertOpen(tx: Tx, service: Service, charge: Charge, method: MethodRow, accountId: string): Promise<PaymentRow> {
  const at = service.clock.now();
  const id = await nextId(tx, 'PAY');
  const amountMinor = charge.amountMinor!; // payment.charge.amount_invalid has refused its absence
  const move = paymentMachine.move(tx, null, 'create', { paymentId: id, status: null, amountMinor, authorizedMinor: 0 });
  const row = await insertPayment(tx, move, { id, at, items: charge.charged.items, ...contentOf(service, charge, method, accountId, amountMinor) });
  recordMove(tx, move, id, paymentPayload(row));
  return row;
}

function contentOf(service: Service, charge: Charge, method: MethodRow, accountId: string, amountMinor: number): Pick<NewPayment, 'document' | 'columns'> {
  const { customerId } = charge.holder;
  return {
    document: ownDocument(service, charge, method, accountId, amountMinor),
    columns: {
      customerId, accountId, paymentMethodId: method.id, brand: method.brand, last4: method.last4, orderId: charge.orderId,
      subscriptionId: charge.subscriptionId, purpose: charge.purpose, description: charge.description, sale: charge.sale,
      currency: charge.currency, amountMinor, idempotencyKey: charge.key, gatewayAttempts: 1,
      ...(charge.sale ? { ending: 'capture', capturingMinor: amountMinor, captureKey: charge.key, ...openUntil(service) } : {}),
    },
  };
}

/** @throws {PolicyViolation} idempotency.key.reused */
function sameCharge(row: PaymentRow, charge: Charge): PaymentRow {
  const same = row.customerId === charge.holder.customerId && row.amountMinor === charge.amountMinor && row.currency === charge.currency
    && row.purpose === charge.purpose && row.sale === charge.sale;
  if (same) return row;
  throw keyReused({ paymentId: row.id }, charge.key);
}

/**
 * Asks the issuer and writes down what it says; a payment that has its answer stays as it is.
 * @throws {PolicyViolation} payment.charge.declined, after the denial is recorded
 * @throws {GatewayTimeout} no answer; the payment waits for the same call
 */
export async function authorize(service: Service, gateway: PaymentGateway, { payment, fresh }: Opened): Promise<PaymentRow> {
  if (payment.status !== 'pendingAuthorization') return approvedOrThrow(payment);
  const row = fresh ? payment : await anotherAttempt(service, payment.id);
  const answer = await askGateway(service, row, (request) => gateway.authorize({ ...request, key: row.id, amount: money(row.amountMinor, row.currency), attempt: row.gatewayAttempts }));
  return approvedOrThrow(await service.db.tx((tx) => concludeAuthorization(tx, service, row.id, answer)));
}

const anotherAttempt = (service: Service, id: string): Promise<PaymentRow> =>
  service.db.tx(async (tx) => addAttempt(tx, countAttempt.permit(tx), await lockPayment(tx, id)));

async function concludeAuthorization(tx: Tx, service: Service, id: string, answer: GatewayAnswer): Promise<PaymentRow> {
  const row = await lockPayment(tx, id);
  if (row.status !== 'pendingAuthorization') return row;
  const at = service.clock.now();
  const facts = { paymentId: id, status: row.status, amountMinor: row.amountMinor, authorizedMinor: 0 };
  if (answer.outcome === 'approved') {
    const move = paymentMachine.move(tx, row.status, 'approve', facts);
    const stored = await movePayment(tx, move, row, at, { authorizedMinor: row.amountMinor, authorizedAt: at, gatewayRef: answer.reference });
    recordMove(tx, move, id, paymentPayload(stored));
    return stored;
  }
  const move = paymentMachine.move(tx, row.status, answer.outcome === 'denied' ? 'deny' : 'fail', facts);
  const stored = await movePayment(tx, move, row, at, { declineCode: answer.declineCode, ...closed }, answer.declineCode);
  recordMove(tx, move, id, paymentPayload(stored), answer.declineCode);
  return stored;
}

/** The issuer's no is recorded by now; the caller hears it as a refusal. */
export function approvedOrThrow(row: PaymentRow): PaymentRow {
  if (row.status !== 'denied' && row.status !== 'failed') return row;
  throw violation(chargeDeclined, { paymentId: row.id, customerId: row.customerId, status: row.status, declineCode: row.declineCode ?? row.status });
}

import type { Tx } from '#db/database';
import type { components } from '#generated/types/TMF676';
import { chargeAmount, chargeCurrency } from '#policy/payment';
import { unknownReference } from '#policy/reference';
import {
  countRefundAttempt, refundable, refundMachine, refundPaymentRequired, refundRules, reserveRefund, type RefundFacts,
} from '#policy/refund';
import { enforce, violation } from '#policy/rule';
import { fromWireMoney, money, type Money } from '#runtime/money';
import { accept } from '../resource/document.ts';
import { requireOwner } from '../resource/ownership.ts';
import type { Document } from '../resource/resource.ts';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { findAccountById } from './account.ts';
import { askGateway } from './ask.ts';
import { closed, openUntil } from './authorization.ts';
import { writeBill } from './bill.ts';
import { withoutCardNumbers } from './card-number.ts';
import type { GatewayAnswer, PaymentGateway } from './gateway.ts';
import { lineText, singleItem } from './item.ts';
import { keyReused } from './key.ts';
import { findPayment, lockPayment, type PaymentRow } from './payment.ts';
import { isPaymentId } from './reference.ts';
import { findRefundByKey, lockRefund, refundDefinition, refundPayload, type RefundRow } from './refund.ts';
import { nextId } from './sequence.ts';
import { addRefundAttempt, changeRefunded, insertRefund, moveRefund } from './store-refund.ts';
import { accountRef, memberOf, methodRef, wireMoney } from './wire.ts';

type NewRefund = components['schemas']['Refund_Create'] & { readonly reason?: unknown };

interface OpenRefund {
  readonly refund: RefundRow;
  readonly fresh: boolean;
}

/**
 * POST refund (F10): gives back all that is left of a payment, or the amount named. Without a payment
 * of ours it is recorded as denied with its rule.
 * @throws {PolicyViolation} refund.create.*, payment.charge.{currency_mismatch,amount_invalid}, reference.id.unknown
 */
export async function createRefund(service: Service, gateway: PaymentGateway, body: NewRefund, key: string | null): Promise<RefundRow> {
  const known = key === null ? null : await findRefundByKey(service.db, key);
  if (known) return finishRefund(service, gateway, { refund: sameRefund(known, body), fresh: false });
  const posted = withoutCardNumbers(accept(refundDefinition, body));
  const payment = await paymentOf(service, body);
  if (!payment) return recordDenied(service, body, posted, key);
  requireOwner('payment', payment.id, payment.customerId);
  return finishRefund(service, gateway, await openRefund(service, body, posted, payment.id, key));
}

/** @throws {PolicyViolation} idempotency.key.reused */
function sameRefund(row: RefundRow, { payment, totalAmount }: NewRefund): RefundRow {
  const amount = totalAmount?.value === undefined ? null : fromWireMoney(totalAmount, row.currency);
  const samePayment = row.paymentId === null || row.paymentId === payment?.id;
  if (samePayment && (amount === null || row.paymentId === null || amount.amountMinor === row.amountMinor)) return row;
  throw keyReused({ refundId: row.id, paymentId: row.paymentId }, row.idempotencyKey);
}

async function paymentOf(service: Service, body: NewRefund): Promise<PaymentRow | null> {
  const id = body.payment?.id;
  if (id === undefined || !isPaymentId(id)) return null;
  const payment = await findPayment(service.db, id);
  if (!payment) throw unknownReference('payment', id, 'payment.list_attempts');
  return payment;
}

/** The reason is `reason`, which TMF676 has no place for, else the description. */
const reasonOf = (body: NewRefund): string | null => (typeof body.reason === 'string' ? body.reason : (body.description ?? null));

/** The amount named; null for an amount that is not whole; everything that is left when none is named. */
function amountOf(body: NewRefund, payment: PaymentRow): Money | null {
  if (body.totalAmount?.value === undefined) return money(refundable({ payment, amountMinor: null, reason: null }), payment.currency);
  return fromWireMoney(body.totalAmount, payment.currency);
}

function openRefund(service: Service, body: NewRefund, posted: Document, paymentId: string, key: string | null): Promise<OpenRefund> {
  return service.db.tx(async (tx) => {
    const payment = await lockPayment(tx, paymentId);
    // Calls of one key that run at the same time queue at the payment: the later one finds the row.
    const raced = key === null ? null : await findRefundByKey(tx, key);
    if (raced) return { refund: sameRefund(raced, body), fresh: false };
    const amount = amountOf(body, payment);
    const facts: RefundFacts = { payment, amountMinor: amount?.amountMinor ?? null, reason: reasonOf(body) };
    enforce(refundRules, facts);
    const asked = { amountMinor: facts.amountMinor, currency: amount?.currency ?? null, expectedCurrency: payment.currency, itemsAddUp: true };
    enforce([chargeAmount, chargeCurrency], asked);
    return { refund: await insertOpen(tx, service, posted, payment, amount!, facts.reason, key), fresh: true }; // payment.charge.amount_invalid has refused its absence
  });
}

async function insertOpen(tx: Tx, service: Service, posted: Document, payment: PaymentRow, amount: Money, reason: string | null, key: string | null): Promise<RefundRow> {
  const at = service.clock.now();
  const id = await nextId(tx, 'RFND');
  const { customerId, subscriptionId, accountId, paymentMethodId, brand, last4 } = payment;
  const move = refundMachine.move(tx, null, 'create', undefined);
  const document = {
    ...posted, account: accountRef(posted, accountId),
    payment: { '@referredType': 'Payment', ...memberOf(posted, 'payment'), id: payment.id },
    ...(paymentMethodId === null ? {} : { paymentMethod: { ...methodRef({ id: paymentMethodId, brand: brand ?? '', last4: last4 ?? '' }), ...memberOf(posted, 'paymentMethod'), id: paymentMethodId } }),
    totalAmount: wireMoney(amount.amountMinor, amount.currency), ...(reason === null || posted['description'] !== undefined ? {} : { description: reason }),
  };
  const refund = await insertRefund(tx, move, id, at, document, {
    paymentId: payment.id, customerId, subscriptionId, currency: amount.currency, amountMinor: amount.amountMinor, reason,
    idempotencyKey: key, gatewayAttempts: 1, ...openUntil(service),
  });
  await changeRefunded(tx, reserveRefund.permit(tx), payment.id, amount.amountMinor, at);
  recordMove(tx, move, id, refundPayload(refund), reason);
  return refund;
}

/** The rest of a refund that is open: what the caller, or the worker after a crash, goes on with. */
export async function finishRefund(service: Service, gateway: PaymentGateway, { refund, fresh }: OpenRefund): Promise<RefundRow> {
  if (refund.status !== 'pendingAuthorization' || refund.paymentId === null) return refund;
  const payment = await findPayment(service.db, refund.paymentId);
  if (!payment) throw new Error(`refund ${refund.id} gives back a payment that is gone`);
  const { gatewayAttempts } = fresh ? refund : await anotherAttempt(service, refund.id);
  const answer = await askGateway(service, payment, (asked) => gateway.refund({
    ...asked, key: refund.id, amount: money(refund.amountMinor, refund.currency), attempt: gatewayAttempts, reference: payment.gatewayRef ?? '',
  }));
  return service.db.tx((tx) => concludeRefund(tx, service, refund.id, payment, answer));
}

const anotherAttempt = (service: Service, id: string): Promise<RefundRow> =>
  service.db.tx(async (tx) => addRefundAttempt(tx, countRefundAttempt.permit(tx), await lockRefund(tx, id)));

async function concludeRefund(tx: Tx, service: Service, id: string, payment: PaymentRow, answer: GatewayAnswer): Promise<RefundRow> {
  const refund = await lockRefund(tx, id);
  if (refund.status !== 'pendingAuthorization') return refund;
  if (answer.outcome === 'approved') return concludeDone(tx, service, refund, payment, answer.reference);
  const at = service.clock.now();
  const move = refundMachine.move(tx, refund.status, answer.outcome === 'denied' ? 'deny' : 'fail', undefined);
  const stored = await moveRefund(tx, move, refund, at, { declineCode: answer.declineCode, ...closed }, answer.declineCode);
  await changeRefunded(tx, reserveRefund.permit(tx), payment.id, -refund.amountMinor, at);
  recordMove(tx, move, id, refundPayload(stored), answer.declineCode);
  return stored;
}

/** refund.done, then the credit note: a negative rate on a bill of its own. */
async function concludeDone(tx: Tx, service: Service, refund: RefundRow, payment: PaymentRow, gatewayRef: string): Promise<RefundRow> {
  const account = await findAccountById(tx, payment.accountId);
  if (!account || payment.paymentMethodId === null) throw new Error(`payment ${payment.id} was captured without account or card`);
  const at = service.clock.now();
  const billId = await nextId(tx, 'BILL');
  const move = refundMachine.move(tx, refund.status, 'accept', undefined);
  const stored = await moveRefund(tx, move, refund, at, { gatewayRef, billId, ...closed }, refund.reason);
  recordMove(tx, move, refund.id, refundPayload(stored), refund.reason);
  const { subscriptionId, orderId } = payment;
  const description = lineText(`Refund of ${payment.id}: ${refund.reason ?? 'refund'}`);
  await writeBill(tx, service, {
    account, paymentId: payment.id, refundId: refund.id, method: { id: payment.paymentMethodId, brand: payment.brand ?? '', last4: payment.last4 ?? '' },
    orderId, subscriptionId, category: 'creditNote', currency: refund.currency,
    items: [singleItem(-refund.amountMinor, { description, subscriptionId, orderId })], description, idempotencyKey: null,
  }, billId, at);
  return stored;
}

/** Wide intake, narrow effect: refund.created, refund.denied, and nothing is given back. */
function recordDenied(service: Service, body: NewRefund, posted: Document, key: string | null): Promise<RefundRow> {
  const broken = violation(refundPaymentRequired, { payment: null, amountMinor: null, reason: reasonOf(body) });
  return service.db.tx(async (tx) => {
    const at = service.clock.now();
    const id = await nextId(tx, 'RFND');
    const currency = body.totalAmount?.unit ?? service.config.currency;
    const opening = refundMachine.move(tx, null, 'create', undefined);
    const document = { ...posted, totalAmount: { ...wireMoney(0, currency), ...memberOf(posted, 'totalAmount') }, [verdictAttribute]: verdict(broken) };
    const opened = await insertRefund(tx, opening, id, at, document, { currency, amountMinor: 0, reason: reasonOf(body), idempotencyKey: key, gatewayAttempts: 0 });
    recordMove(tx, opening, id, refundPayload(opened));
    const move = refundMachine.move(tx, opened.status, 'deny', undefined);
    const denied = await moveRefund(tx, move, opened, at, { declineCode: broken.rule }, broken.rule);
    recordMove(tx, move, id, { ...refundPayload(denied), rule: broken.rule }, broken.rule);
    return denied;
  });
}

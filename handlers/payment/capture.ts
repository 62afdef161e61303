import type { Tx } from '#db/database';
import {
  captureExceeds, captureMove, captureNotAuthorized, chargeAmount, chargeCurrency, paymentMachine, voidMove, voidNotAuthorized, type PaymentFacts,
} from '#policy/payment';
import { enforce } from '#policy/rule';
import { money } from '#runtime/money';
import type { Service } from '../service.ts';
import { findAccountById } from './account.ts';
import { askGateway } from './ask.ts';
import { approvedOrThrow, closed } from './authorization.ts';
import { writeBill, type Settlement } from './bill.ts';
import { recordMove } from './event.ts';
import type { GatewayAnswer, PaymentGateway } from './gateway.ts';
import type { ChargedItems } from './item.ts';
import { lockPayment, paymentPayload, type PaymentRow } from './payment.ts';
import { nextId } from './sequence.ts';
import { movePayment } from './store-payment.ts';

/** What is taken of an authorised amount, and what the bill says. */
export interface Capture {
  readonly amountMinor: number;
  readonly currency: string;
  readonly charged: ChargedItems;
  readonly description: string | null;
  /** Identity and key of the call; a repeat with it finds the capture done. */
  readonly key: string | null;
}

/**
 * Takes the money and, in one transaction over both schemas, writes payment, rates and bill (F1.10).
 * @throws {PolicyViolation} payment.capture.*, payment.charge.{amount_invalid,currency_mismatch,declined}
 * @throws {GatewayTimeout}
 */
export async function capture(service: Service, gateway: PaymentGateway, row: PaymentRow, wanted: Capture): Promise<PaymentRow> {
  if (capturedBefore(row, wanted)) return row;
  const facts = { ...factsOf(row), amountMinor: wanted.amountMinor };
  const amountFacts = { amountMinor: wanted.amountMinor, currency: wanted.currency, expectedCurrency: row.currency, itemsAddUp: wanted.charged.addUp };
  enforce([captureNotAuthorized, captureExceeds], facts);
  enforce([chargeCurrency, chargeAmount], amountFacts);
  const amount = money(wanted.amountMinor, row.currency);
  const answer = await askGateway(service, row, (asked) =>
    gateway.capture({ ...asked, key: `${row.id}:capture`, amount, attempt: 1, reference: row.gatewayRef ?? '' }));
  return approvedOrThrow(await service.db.tx((tx) => concludeCapture(tx, service, row.id, wanted, answer)));
}

/** A repeated capture with its first key, or of a sale, is the capture that happened. */
const capturedBefore = (row: PaymentRow, { key }: Capture): boolean =>
  (row.status === 'captured' || row.status === 'done') && (row.sale || (key !== null && row.captureKey === key));

async function concludeCapture(tx: Tx, service: Service, id: string, wanted: Capture, answer: GatewayAnswer): Promise<PaymentRow> {
  const row = await lockPayment(tx, id);
  if (row.status === 'denied' || capturedBefore(row, wanted)) return row;
  if (answer.outcome !== 'approved') return denyCapture(tx, service, row, answer.declineCode);
  const move = captureMove(tx, { ...factsOf(row), amountMinor: wanted.amountMinor });
  const billing = await settlementOf(tx, row, wanted);
  const at = service.clock.now();
  const billId = await nextId(tx, 'BILL');
  const stored = await movePayment(tx, move, row, at, {
    capturedMinor: wanted.amountMinor, capturedAt: at, captureKey: wanted.key, billId, ...closed,
  });
  recordMove(tx, move, id, paymentPayload(stored));
  await writeBill(tx, service, billing, billId, at);
  return stored;
}

async function denyCapture(tx: Tx, service: Service, row: PaymentRow, declineCode: string): Promise<PaymentRow> {
  const move = paymentMachine.move(tx, row.status, 'deny', factsOf(row));
  const stored = await movePayment(tx, move, row, service.clock.now(), { declineCode, ...closed }, declineCode);
  recordMove(tx, move, row.id, paymentPayload(stored), declineCode);
  return stored;
}

async function settlementOf(tx: Tx, row: PaymentRow, wanted: Capture): Promise<Settlement> {
  const account = await findAccountById(tx, row.accountId);
  if (!account || row.paymentMethodId === null) throw new Error(`payment ${row.id} was authorised without account or card`);
  return {
    account, paymentId: row.id, refundId: null, method: { id: row.paymentMethodId, brand: row.brand ?? '', last4: row.last4 ?? '' },
    orderId: row.orderId, subscriptionId: row.subscriptionId ?? wanted.charged.items[0]?.subscriptionId ?? null, category: 'normal', currency: row.currency,
    items: wanted.charged.items, description: wanted.description ?? row.description, idempotencyKey: null,
  };
}

/**
 * Lets go of an authorised amount; a payment voided before stays as it is.
 * @throws {PolicyViolation} payment.void.not_authorized
 */
export async function voidPayment(service: Service, gateway: PaymentGateway, row: PaymentRow, reason: string | null): Promise<PaymentRow> {
  if (row.status === 'canceled') return row;
  enforce([voidNotAuthorized], factsOf(row));
  const answer = await askGateway(service, row, (asked) =>
    gateway.void({ ...asked, key: `${row.id}:void`, amount: money(row.authorizedMinor, row.currency), attempt: 1, reference: row.gatewayRef ?? '' }));
  // We take nothing in either case: a hold the provider does not let go of lapses by itself.
  if (answer.outcome !== 'approved') service.log.warn({ paymentId: row.id, answer }, 'the provider did not void the authorisation');
  return service.db.tx(async (tx) => {
    const locked = await lockPayment(tx, row.id);
    if (locked.status === 'canceled') return locked;
    const move = voidMove(tx, factsOf(locked));
    const stored = await movePayment(tx, move, locked, service.clock.now(), { ...closed }, reason);
    recordMove(tx, move, row.id, paymentPayload(stored), reason);
    return stored;
  });
}

const factsOf = (row: PaymentRow): PaymentFacts =>
  ({ paymentId: row.id, status: row.status, amountMinor: row.authorizedMinor, authorizedMinor: row.authorizedMinor });

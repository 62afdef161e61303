import type { Tx } from '#db/database';
import {
  beginCapture, beginVoid, captureExceeds, captureNotAuthorized, chargeAmount, chargeCurrency, paymentMachine, voidNotAuthorized, type EndingFacts, type PaymentFacts,
} from '#policy/payment';
import { enforce } from '#policy/rule';
import { money } from '#runtime/money';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { findAccountById } from './account.ts';
import { askGateway } from './ask.ts';
import { approvedOrThrow, closed, openUntil } from './authorization.ts';
import { writeBill, type Settlement } from './bill.ts';
import type { GatewayAnswer, PaymentGateway } from './gateway.ts';
import type { ChargedItems } from './item.ts';
import { lockPayment, paymentPayload, type PaymentRow } from './payment.ts';
import { nextId } from './sequence.ts';
import { movePayment, storeCaptureBegun, storeVoidBegun } from './store-payment.ts';

/** What is taken of an authorised amount, and what the bill says. */
export interface Capture {
  readonly amountMinor: number;
  readonly currency: string;
  readonly charged: ChargedItems;
  readonly description: string | null;
  /** Identity and key of the call; a repeat with it finds the capture begun or done. */
  readonly key: string | null;
}

/**
 * Takes the money and, in one transaction over both schemas, writes payment, rates and bill (F1.10).
 * That it is to be taken is written before the gateway is asked: no void can come between.
 * @throws {PolicyViolation} payment.capture.*, payment.charge.{amount_invalid,currency_mismatch,declined}
 * @throws {GatewayTimeout}
 */
export async function capture(service: Service, gateway: PaymentGateway, row: PaymentRow, wanted: Capture): Promise<PaymentRow> {
  if (capturedBefore(row, wanted)) return row;
  return finishCapture(service, gateway, await begin(service, row.id, wanted));
}

/** A repeated capture with its first key is the capture that happened. */
const capturedBefore = (row: PaymentRow, { key }: Capture): boolean =>
  (row.status === 'captured' || row.status === 'done') && key !== null && row.captureKey === key;

const begin = (service: Service, id: string, wanted: Capture): Promise<PaymentRow> =>
  service.db.tx(async (tx) => {
    const row = await lockPayment(tx, id);
    if (capturedBefore(row, wanted)) return row;
    const again = row.ending === 'capture' && row.captureKey === wanted.key && row.capturingMinor === wanted.amountMinor;
    const facts: EndingFacts = { ...factsOf(row), amountMinor: wanted.amountMinor, begun: again ? null : row.ending };
    enforce([captureNotAuthorized, captureExceeds], facts);
    const amount = { amountMinor: wanted.amountMinor, currency: wanted.currency, expectedCurrency: row.currency, itemsAddUp: wanted.charged.addUp };
    enforce([chargeCurrency, chargeAmount], amount);
    if (again) return row;
    const { items } = wanted.charged;
    return storeCaptureBegun(tx, beginCapture.permit(tx, facts), row, items, {
      capturingMinor: wanted.amountMinor, captureKey: wanted.key, description: wanted.description ?? row.description,
      subscriptionId: row.subscriptionId ?? items[0]?.subscriptionId ?? null, ...openUntil(service),
    });
  });

/**
 * Asks the gateway for what is to be captured and writes down what it says; a payment that has its
 * answer stays as it is.
 * @throws {PolicyViolation} payment.charge.declined, after the denial is recorded
 * @throws {GatewayTimeout}
 */
export const finishCapture = async (service: Service, gateway: PaymentGateway, row: PaymentRow): Promise<PaymentRow> =>
  approvedOrThrow(await settleCapture(service, gateway, row));

async function settleCapture(service: Service, gateway: PaymentGateway, row: PaymentRow): Promise<PaymentRow> {
  if (row.status !== 'authorized') return row;
  if (row.capturingMinor === null) throw new Error(`nobody has said what to capture of payment ${row.id}`);
  const amount = money(row.capturingMinor, row.currency);
  const answer = await askGateway(service, row, (asked) =>
    gateway.capture({ ...asked, key: `${row.id}:capture`, amount, attempt: 1, reference: row.gatewayRef ?? '' }));
  return service.db.tx((tx) => concludeCapture(tx, service, row.id, answer));
}

async function concludeCapture(tx: Tx, service: Service, id: string, answer: GatewayAnswer): Promise<PaymentRow> {
  const row = await lockPayment(tx, id);
  if (row.status !== 'authorized') return row;
  if (answer.outcome !== 'approved') return denyCapture(tx, service, row, answer.declineCode);
  const move = paymentMachine.move(tx, row.status, 'capture', factsOf(row));
  const billing = await settlementOf(tx, row);
  const at = service.clock.now();
  const billId = await nextId(tx, 'BILL');
  const stored = await movePayment(tx, move, row, at, { capturedMinor: row.capturingMinor, capturedAt: at, billId, ...closed });
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

async function settlementOf(tx: Tx, row: PaymentRow): Promise<Settlement> {
  const account = await findAccountById(tx, row.accountId);
  if (!account || row.paymentMethodId === null) throw new Error(`payment ${row.id} was authorised without account or card`);
  return {
    account, paymentId: row.id, refundId: null, method: { id: row.paymentMethodId, brand: row.brand ?? '', last4: row.last4 ?? '' },
    orderId: row.orderId, subscriptionId: row.subscriptionId ?? row.items[0]?.subscriptionId ?? null, category: 'normal', currency: row.currency,
    items: row.items, description: row.description, idempotencyKey: null,
  };
}

/**
 * Lets go of an authorised amount; a payment voided before stays as it is. A capture that has begun is
 * brought to its end first: only the gateway knows whether the money was taken.
 * @throws {PolicyViolation} payment.void.not_authorized
 * @throws {GatewayTimeout}
 */
export async function voidPayment(service: Service, gateway: PaymentGateway, found: PaymentRow, reason: string | null): Promise<PaymentRow> {
  if (found.ending === 'capture') await settleCapture(service, gateway, found);
  const row = await service.db.tx((tx) => beginVoiding(tx, found.id));
  if (row.status === 'canceled') return row;
  const answer = await askGateway(service, row, (asked) =>
    gateway.void({ ...asked, key: `${row.id}:void`, amount: money(row.authorizedMinor, row.currency), attempt: 1, reference: row.gatewayRef ?? '' }));
  // We take nothing in either case: a hold the provider does not let go of lapses by itself.
  if (answer.outcome !== 'approved') service.log.warn({ paymentId: row.id, answer }, 'the provider did not void the authorisation');
  return service.db.tx((tx) => concludeVoid(tx, service, row.id, reason));
}

async function beginVoiding(tx: Tx, id: string): Promise<PaymentRow> {
  const row = await lockPayment(tx, id);
  if (row.status === 'canceled') return row;
  const facts: EndingFacts = { ...factsOf(row), begun: row.ending === 'void' ? null : row.ending };
  enforce([voidNotAuthorized], facts);
  return row.ending === 'void' ? row : storeVoidBegun(tx, beginVoid.permit(tx, facts), row);
}

async function concludeVoid(tx: Tx, service: Service, id: string, reason: string | null): Promise<PaymentRow> {
  const row = await lockPayment(tx, id);
  if (row.status === 'canceled') return row;
  const move = paymentMachine.move(tx, row.status, 'void', factsOf(row));
  const stored = await movePayment(tx, move, row, service.clock.now(), { ...closed }, reason);
  recordMove(tx, move, row.id, paymentPayload(stored), reason);
  return stored;
}

const factsOf = (row: PaymentRow): PaymentFacts =>
  ({ paymentId: row.id, status: row.status, amountMinor: row.capturingMinor ?? row.authorizedMinor, authorizedMinor: row.authorizedMinor });

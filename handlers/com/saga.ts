import type { Database, Tx } from '#db/database';
import type { OrderAction, OrderState } from '#policy/order';
import type { Origin } from '#runtime/origin';
import type { Document } from '../resource/resource.ts';

/** Steps in the order they are taken (DOMAIN §5 F1, F2, F7), then those that undo. */
export const plans = {
  add: ['start', 'authorize', 'requestService', 'awaitService', 'createLine', 'assignNumber', 'capture', 'activate'],
  modify: ['start', 'scheduleChange', 'awaitChange'],
  delete: ['start', 'terminateLine', 'awaitRemoval'],
  undo: ['withdrawChange', 'endService', 'awaitUndo', 'undoLine', 'returnMoney', 'close'],
} as const;

export type ForwardStep = (typeof plans)[OrderAction][number];
export type UndoStep = (typeof plans.undo)[number];
export type StepName = ForwardStep | UndoStep | 'assessCancel';

/** What a step became; times are business time, ISO 8601. */
export interface StepRecord {
  readonly name: StepName;
  readonly state: 'running' | 'done' | 'failed' | 'skipped';
  readonly attempts: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly error: string | null;
}

/** Why an order ends without its effect. */
export interface Failure {
  /** Rule code, where a rule refused. */
  readonly rule: string | null;
  readonly message: string;
  /** The refusal as the neighbour answered it. */
  readonly violation?: Document;
}

/** How far a service order is, as its events or a look at it told. */
export type ServiceNews = 'inProgress' | 'held' | 'completed' | 'failed' | 'cancelled';

/** What an order gathers on its way. */
export interface SagaData {
  readonly specificationId?: string | null;
  readonly paymentId?: string;
  readonly billId?: string;
  readonly serviceOrderId?: string;
  readonly serviceState?: ServiceNews;
  readonly serviceFailure?: Failure;
  readonly msisdn?: string;
  readonly iccid?: string;
  /** Service order that clears the network after the line has ended. */
  readonly removalId?: string;
  readonly removalState?: ServiceNews;
  /** What became of the change of plan that the order asked for. */
  readonly changeState?: 'applied' | 'cancelled';
  readonly failure?: Failure;
  /** An operator gave the order up. */
  readonly givenUp?: boolean;
  /** Open request to cancel the order, whether its assessment has begun, and the answer of som. */
  readonly cancelId?: string;
  readonly assessing?: boolean;
  readonly serviceCancelId?: string;
  readonly cancelRefused?: boolean;
  /** Where the saga goes on when it is too late to cancel. */
  readonly resumeAt?: StepName;
  /** Counts what came from outside while a step ran; a step that found less must look again. */
  readonly news?: number;
}

export interface SagaRow extends Origin {
  readonly orderId: string;
  readonly action: OrderAction;
  readonly step: StepName | null;
  readonly ending: 'failed' | 'cancelled' | null;
  readonly attempts: number;
  readonly nextRunMs: number | null;
  readonly leaseUntilMs: number | null;
  readonly run: number;
  readonly data: SagaData;
  readonly steps: readonly StepRecord[];
  readonly lastError: string | null;
  readonly stepSince: Date;
  readonly stuckFlaggedAt: Date | null;
}

/** A saga with the order and the item it carries out. */
export interface Work extends SagaRow {
  readonly state: OrderState;
  readonly customerId: string;
  readonly itemId: string;
  readonly offeringId: string | null;
  readonly offeringName: string | null;
  readonly priceId: string | null;
  readonly priceName: string | null;
  readonly priceMinor: number | null;
  readonly currency: string | null;
  readonly msisdnPreference: string | null;
  readonly subscriptionId: string | null;
  readonly document: Document;
}

const workSql = `SELECT s.*, o.state, o.customer_id, o.document, i.item_id, i.offering_id, i.offering_name, i.price_id, i.price_name,
    i.price_minor, i.currency, i.msisdn_preference, i.subscription_id
  FROM order_mgmt.product_order o
  JOIN order_mgmt.order_item i ON i.order_id = o.id
  JOIN order_mgmt.saga s ON s.order_id = o.id
  WHERE o.id = $1`;

/** The work of an order; null when the order was recorded for its form alone, or is unknown. */
export const findWork = (reader: Pick<Database, 'one'>, orderId: string): Promise<Work | null> => reader.one<Work>(workSql, [orderId]);

/** The same, order first and saga second locked until the transaction ends: everybody locks in this order. */
export const lockWork = (tx: Tx, orderId: string): Promise<Work | null> => tx.one<Work>(`${workSql} FOR UPDATE OF o, s`, [orderId]);

/** The service order that made the service of a line; null when no order here has made that line. */
export async function madeBy(reader: Pick<Database, 'one'>, subscriptionId: string): Promise<string | null> {
  const row = await reader.one<{ serviceOrderId: string | null }>(
    `SELECT s.data->>'serviceOrderId' AS service_order_id FROM order_mgmt.order_item i JOIN order_mgmt.saga s ON s.order_id = i.order_id
     WHERE i.subscription_id = $1 AND i.action = 'add'`, [subscriptionId]);
  return row?.serviceOrderId ?? null;
}

/** What the order's events tell besides its change of state (DOMAIN §7). */
export const payloadOf = (work: Work): Document => ({
  orderId: work.orderId, customerId: work.customerId, subscriptionId: work.subscriptionId, action: work.action, offeringId: work.offeringId,
  priceSnapshot: work.priceId === null ? null : { priceId: work.priceId, amount: work.priceMinor, currency: work.currency },
  paymentId: work.data.paymentId ?? null, serviceOrderId: work.data.serviceOrderId ?? work.data.removalId ?? null,
});

/**
 * Whether the call of a step has, or may have, had its effect: tried, with or without an answer, and
 * not refused for good.
 */
export const wasTried = ({ steps }: Pick<SagaRow, 'steps'>, name: StepName): boolean =>
  steps.some((one) => one.name === name && one.state !== 'failed');

/** What an earlier step must have left; its absence is a defect, not a refusal. */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`the saga has no ${what} at this step`);
  return value;
}

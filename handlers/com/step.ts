import type { CancelTrigger } from '#policy/cancel-order';
import type { OrderTrigger } from '#policy/order';
import { RemoteError } from '#runtime/errors';
import type { Service } from '../service.ts';
import type { Failure, SagaData, StepName, Work } from './saga.ts';

/** The step is done; what it found is kept, and the saga goes on with the next one. */
export interface Advance {
  readonly kind: 'advance';
  /** Null = the saga has finished. */
  readonly step: StepName | null;
  readonly data?: SagaData;
  readonly subscriptionId?: string;
  /** Transition of the order, and of the open cancel request, that goes with it. */
  readonly move?: OrderTrigger;
  readonly cancel?: CancelTrigger;
  /** Undoing begins. */
  readonly ending?: 'failed' | 'cancelled';
}

/** The step has to wait for news, and looks by itself after a while. */
export interface Wait {
  readonly kind: 'wait';
  readonly lookAgainMs: number;
  readonly data?: SagaData;
  readonly move?: OrderTrigger;
  readonly cancel?: CancelTrigger;
}

/** The effect of the order has become impossible. */
export interface Fail {
  readonly kind: 'fail';
  readonly failure: Failure;
  readonly data?: SagaData;
}

export type Outcome = Advance | Wait | Fail;

/** One step: calls one neighbour, idempotently, outside any transaction; the runner keeps the outcome. */
export type Step = (service: Service, work: Work) => Promise<Outcome>;

/** Parked steps look for themselves that often: news come by events, this is the safety net. */
export const lookAgainMs = 60_000;

export const advance = (step: StepName | null, more: Omit<Advance, 'kind' | 'step'> = {}): Advance => ({ kind: 'advance', step, ...more });

/** The idempotency key of a step (DOMAIN §5). */
export const keyOf = ({ orderId }: Pick<Work, 'orderId'>, name: string): string => `${orderId}:${name}`;

/** A neighbour's refusal that no repetition changes. */
export function failureOf(error: RemoteError): Failure {
  const message = String(error.body['message'] ?? error.message);
  const { code, reason, context, fix } = error.body;
  return { rule: error.rule, message, ...(error.rule === null ? {} : { violation: { code, reason, message, '@type': 'PolicyViolation', context, fix } }) };
}

/** Turns final refusals of a call into the failure of the order; passing trouble stays an error and is tried again. */
export async function orFail(call: Promise<Outcome>): Promise<Outcome> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RemoteError && error.final) return { kind: 'fail', failure: failureOf(error) };
    throw error;
  }
}

/** What a repeated call had made; null when it was refused, so that there is nothing to undo. */
export async function unless<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RemoteError && error.final) return null;
    throw error;
  }
}

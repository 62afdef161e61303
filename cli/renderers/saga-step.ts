import type { components } from '#generated/types/order';
import { clean } from './text.ts';

export type OrderSaga = components['schemas']['OrderSaga'];

/** How a step of an order is told, and which id it brings once it is done (DOMAIN §5 F1, F7). */
interface Told {
  readonly words: string;
  readonly result?: 'paymentId' | 'serviceOrderId' | 'subscriptionId' | 'msisdn' | 'billId';
  /** Said of an order that was undone. */
  readonly undone?: string;
}

const steps: Readonly<Record<string, Told>> = {
  start: { words: 'order accepted' },
  authorize: { words: 'money held on the card', result: 'paymentId' },
  requestService: { words: 'number and eSIM reserved', result: 'serviceOrderId' },
  awaitService: { words: 'network set up' },
  createLine: { words: 'line created', result: 'subscriptionId' },
  assignNumber: { words: 'number assigned', result: 'msisdn' },
  capture: { words: 'card charged', result: 'billId' },
  activate: { words: 'line activated' },
  terminateLine: { words: 'line ended', result: 'subscriptionId' },
  awaitRemoval: { words: 'network cleared', result: 'serviceOrderId' },
  assessCancel: { words: 'cancellation assessed' },
  endService: { words: 'network told to undo', undone: 'number and eSIM given back' },
  awaitUndo: { words: 'network undone' },
  undoLine: { words: 'line taken back', undone: 'line ended' },
  returnMoney: { words: 'money given back', undone: 'money given back' },
  close: { words: 'order closed' },
};

/** `network set up`; a step nobody named reads as its own name, `someStep` as `some step`. */
export const stepWords = (name: string): string =>
  steps[name]?.words ?? clean(name).replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);

/** The id a finished step brought; empty without one. */
export function stepResult(saga: OrderSaga, name: string): string {
  const member = steps[name]?.result;
  return member === undefined ? '' : clean(saga[member] ?? '');
}

/** What was given back of an order that did not come through. */
export const undoneTexts = ({ steps: taken }: OrderSaga): string[] =>
  taken.flatMap(({ name, state }) => (state === 'done' || state === 'compensated' ? [steps[name]?.undone ?? ''] : [])).filter((text) => text !== '');

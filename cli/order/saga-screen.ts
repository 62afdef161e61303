import type { Writable } from 'node:stream';
import type { Output } from '../output.ts';
import { painted, stateText } from '../renderers/look.ts';
import { stepResult, stepWords, type OrderSaga } from '../renderers/saga-step.ts';
import { clean, fit, padEnd } from '../renderers/text.ts';

type Step = OrderSaga['steps'][number];

/**
 * The steps of an order while they are done. On a terminal the whole list is drawn again in place;
 * elsewhere each step is one line when it is over.
 */
export class SagaScreen {
  readonly #stream: Writable & { readonly isTTY?: boolean };
  readonly #output: Output;
  readonly #told = new Set<string>();
  #drawn: readonly string[] = [];

  constructor(stream: Writable, output: Output) {
    this.#stream = stream;
    this.#output = output;
  }

  update(saga: OrderSaga): void {
    const { quiet, json } = this.#output.options;
    if (quiet || json) return;
    if (this.#stream.isTTY === true && this.#output.look.color) this.#redraw(saga);
    else this.#append(saga);
  }

  /** Leaves the last picture standing. */
  end(): void {
    this.#drawn = [];
  }

  #redraw(saga: OrderSaga): void {
    const lines = saga.steps.map((step) => fit(this.#line(saga, step), this.#output.look.width - 1));
    if (lines.join('\n') === this.#drawn.join('\n')) return;
    const up = this.#drawn.length > 0 ? `\x1b[${this.#drawn.length}A` : '';
    // A saga that turns back may have fewer steps than it had: what stands below is wiped.
    this.#stream.write(`${up}${lines.map((line) => `\x1b[2K${line}\n`).join('')}\x1b[J`);
    this.#drawn = lines;
  }

  #append(saga: OrderSaga): void {
    for (const step of saga.steps) {
      const mark = `${step.name} ${step.state}`;
      if (step.state === 'pending' || step.state === 'running' || this.#told.has(mark)) continue;
      this.#told.add(mark);
      this.#stream.write(`${this.#line(saga, step)}\n`);
    }
  }

  #line(saga: OrderSaga, step: Step): string {
    const { look } = this.#output;
    const word = padEnd(words[step.state], 7);
    const sign = step.state === 'pending' ? painted(word, 'dim', look) : stateText(signStates[step.state] ?? step.state, look, word);
    const result = step.state === 'done' ? stepResult(saga, step.name) : '';
    const tries = step.attempts > 1 && step.error ? `  try ${step.attempts}` : '';
    const error = step.error && step.state !== 'done' ? `  ${clean(step.error)}` : '';
    return `  ${sign} ${padEnd(stepWords(step.name), 26)}${tookText(step)}${result && `  ${result}`}${tries}${error}`.trimEnd();
  }
}

const words: Readonly<Record<Step['state'], string>> = {
  pending: '...', running: 'now', done: 'ok', failed: 'FAILED', compensated: 'undone', skipped: '-',
};
const signStates: Readonly<Record<string, string>> = { done: 'ok', compensated: 'pending' };

function tookText({ startedAt, finishedAt }: Step): string {
  if (!startedAt || !finishedAt) return '         ';
  const ms = Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));
  return (ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`).padStart(9);
}

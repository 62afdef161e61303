import { ok } from '#runtime/client';
import { elapsedMs, sleep } from '#runtime/clock';
import { card } from '../renderers/card.ts';
import type { Event } from '../renderers/event.ts';
import { painted, stateText } from '../renderers/look.ts';
import { moneyText } from '../renderers/values.ts';
import { eventsAfter } from '../events/ledger.ts';
import type { Session } from '../session.ts';
import { chainsOf, deviations, heroChains, heroEvents, tally, type Deviation } from './expected-events.ts';
import { eventsOf } from './own-events.ts';

const settleMsMax = 15_000;
/** Once all is there, what is too much gets this long to show up. */
const quietMs = 700;
const pollMs = 100;

/** What the hero scenario charges, in major units: the first month, then the top-up. */
const charges = [10, 3] as const;

/** The last chapter: money and events of one run, exactly. */
export class Audit {
  readonly #session: Session;
  readonly #customerId: string;
  readonly #after: string | undefined;

  /** @param after id of the last event before the run; undefined on an empty ledger */
  constructor(session: Session, customerId: string, after: string | undefined) {
    this.#session = session;
    this.#customerId = customerId;
    this.#after = after;
  }

  /** @returns the exit code: 1 when an amount or an event is missing or too much */
  async check(): Promise<number> {
    const events = await this.#settled();
    const found = judged(events);
    const money = await this.#money(events);
    if (this.#session.output.options.json) this.#session.output.data(JSON.stringify({ '@type': 'Demo', id: this.#customerId, events: events.length, deviations: found, money: money.lines, passed: found.length === 0 && money.right }));
    else this.#print(events.length, found, money);
    return found.length === 0 && money.right ? 0 : 1;
  }

  /** Own events once they are complete and nothing more comes, or as they are when that takes too long. */
  async #settled(): Promise<Event[]> {
    const begin = elapsedMs();
    let complete = Number.POSITIVE_INFINITY;
    for (;;) {
      const own = await this.#own();
      const isComplete = deviations(heroEvents, tally(own.map(({ eventType }) => eventType))).length === 0;
      if (isComplete) complete = Math.min(complete, elapsedMs());
      if (elapsedMs() - complete > quietMs || elapsedMs() - begin > settleMsMax) return own;
      await sleep(pollMs);
    }
  }

  async #own(): Promise<Event[]> {
    const all: Event[] = [];
    const cursor = this.#after === undefined ? { since: '1970-01-01T00:00:00.000Z' } : { after: this.#after };
    for await (const page of eventsAfter(this.#session, cursor)) all.push(...page);
    return eventsOf(this.#customerId, all);
  }

  /** Every payment of the run must be authorised and captured once, with exactly the amounts of the scenario. */
  async #money(events: readonly Event[]): Promise<{ lines: string[]; right: boolean }> {
    const ids = [...new Set(events.filter(({ aggregateType }) => aggregateType === 'payment').map(({ aggregateId }) => aggregateId))];
    const payments = await Promise.all(ids.map((id) => ok(this.#session.clients.TMF676.GET('/payment/{id}', { params: { path: { id } } }))));
    const count = (id: string, type: string): number => events.filter(({ aggregateId, eventType }) => aggregateId === id && eventType === type).length;
    const lines = payments.map(({ id = '', totalAmount, status }) =>
      `${id}  ${moneyText(totalAmount)}  ${count(id, 'payment.authorized')} authorisation, ${count(id, 'payment.captured')} capture  ${status ?? ''}`);
    const right = payments.length === charges.length && payments.every(({ id = '', totalAmount, status }, index) =>
      totalAmount?.value === charges[index] && status === 'captured' && count(id, 'payment.authorized') === 1 && count(id, 'payment.captured') === 1);
    return { lines, right };
  }

  #print(events: number, found: readonly Deviation[], money: { lines: readonly string[]; right: boolean }): void {
    const { output, look } = this.#session;
    const verdict = (right: boolean): string => stateText(right ? 'ok' : 'fail', look, right ? 'exact' : 'WRONG');
    const wanted = charges.map((amount) => amount.toFixed(2)).join(' and ');
    output.raw(`\n${card({ title: 'Money', marks: [`${money.lines.length} charges`, verdict(money.right)], lines: money.right ? money.lines : [...money.lines, `wanted: ${wanted}, each authorised and captured once`] }, look)}`);
    const lines = found.length === 0
      ? ['CUST ORDER USEx3 BLOCK LATE VAS UNBLOCK: none missing, none extra, in order']
      : found.map((one) => painted(`${one.type}  ${one.found} instead of ${one.expected}: ${Math.abs(one.found - one.expected)} ${one.found < one.expected ? 'missing' : 'too many'}`, 'red', look));
    output.raw(card({ title: 'Events', marks: [String(events), verdict(found.length === 0)], lines }, look));
    if (found.length === 0 && money.right) output.data(`\nNext: bss customer 360 ${this.#customerId}, bss events list --kind subscription, bss doctor`);
  }
}

/** What is missing or too much; where nothing is, what happened in another order than it must. */
function judged(events: readonly Event[]): Deviation[] {
  const found = deviations(heroEvents, tally(events.map(({ eventType }) => eventType)));
  if (found.length > 0) return found;
  return deviations(heroChains, tally(chainsOf(events.map(({ eventType, aggregateId }) => ({ type: eventType, aggregateId })))));
}

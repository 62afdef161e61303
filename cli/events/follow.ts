import { elapsedMs, isoTime, sleep } from '#runtime/clock';
import { wholeNumber } from '../duration.ts';
import { failureOf } from '../failure.ts';
import { card } from '../renderers/card.ts';
import { dayLines, eventLine, type Event } from '../renderers/event.ts';
import { clean } from '../renderers/text.ts';
import type { Session } from '../session.ts';
import { eventQuery, eventsAfter, readEvents, type EventSelection } from './ledger.ts';

const pollMs = 250;
const awayMsMax = 60_000;
/** Exit codes of AGENT-AND-CLI §7. */
const interrupted = 130;
const unavailable = 7;

/**
 * `bss events tail`: the last events, then new ones by cursor until Ctrl-C.
 * @returns 130, the exit code of an interrupted command
 * @throws Unavailable, or what the service answered last, when it stays away for a minute
 */
export async function followEvents(session: Session, selection: EventSelection, last: string): Promise<number> {
  const count = wholeNumber(last, '--last', 0, 1000);
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await printUntil(session, selection, count, stopped.signal);
    return interrupted;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

async function printUntil(session: Session, selection: EventSelection, count: number, signal: AbortSignal): Promise<void> {
  const query = eventQuery(selection);
  // Before the ledger is read: of one without events nothing is missed in between.
  const begin = isoTime(await session.businessTime());
  const newest = await readEvents(session, { ...query, limit: Math.max(1, count) });
  const print = printer(session, selection);
  if (count > 0) newest.toReversed().forEach(print);
  let after = newest[0]?.eventId;
  for (let reachedMs = elapsedMs(); !signal.aborted; await sleep(pollMs, signal)) {
    try {
      for await (const page of eventsAfter(session, { ...query, ...(after === undefined ? { since: begin } : { after }) })) {
        page.forEach(print);
        after = page.at(-1)?.eventId ?? after;
      }
      reachedMs = elapsedMs();
    } catch (error) {
      if (failureOf(error)?.exitCode !== unavailable || elapsedMs() - reachedMs > awayMsMax) throw error;
    }
  }
}

/** Prints one event a time; the top rule of the card comes first. */
function printer({ output }: Session, { aggregate, type }: EventSelection): (event: Event) => void {
  if (output.scripted || output.options.fields.length > 0) return (event) => output.rows([event], 'Event');
  const filter = [aggregate, type].filter((part) => part !== undefined).map((part) => clean(part)).join(' ');
  output.raw(card({ title: 'Events', marks: ['live', filter === '' ? '' : `filter ${filter}`], lines: [] }, output.look));
  const gutter = output.look.unicode ? '│ ' : '| ';
  let before: Event | undefined;
  return (event) => {
    for (const line of [...dayLines(before, event, output.look), eventLine(event, output.look)]) output.data((output.look.width < 60 ? '' : gutter) + line);
    before = event;
  };
}

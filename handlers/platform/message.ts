import type { Database, Tx } from '#db/database';
import { record } from '#events/record';
import type { PlatformHandlers } from '#generated/stubs/platform';
import type { components } from '#generated/types/admin';
import { discardMessage, messageStates, replayMessage, type MessageFacts, type MessageState } from '#policy/message';
import { isoTime } from '#runtime/clock';
import { requireContext } from '#runtime/context';
import { NotFound } from '#runtime/errors';
import { listed } from '../list.ts';
import { pageOf } from '../resource/page.ts';
import type { Service } from '../service.ts';
import { findMessage, lastEventType, listParked, listResolved, type MessageRow, type Resolution } from './message-row.ts';
import { dropMessage, requeue } from './store.ts';

type ParkedMessage = components['schemas']['ParkedMessage'];
type Handlers = Pick<PlatformHandlers, 'admin.listParkedMessage' | 'admin.replayParkedMessage' | 'admin.discardParkedMessage'>;

const path = '/bss-api/admin/v1/parkedMessage';

export interface MessageParts {
  readonly service: Service;
  /** Of the platform role, which owns the queues. */
  readonly database: Database;
  /** Queues of the service that answers; others are not found here. */
  readonly consumers: readonly string[];
  /** Wakes a queue whose head has changed. */
  readonly nudge: (consumer: string) => void;
}

/** Events a consumer could not digest (DOMAIN §4 "Message"). */
export function messageHandlers({ service, database, consumers, nudge }: MessageParts): Handlers {
  const resolve = (id: string, state: 'replayed' | 'discarded', reason: string | null): Promise<ParkedMessage> =>
    database.tx(async (tx) => {
      const message = await parkedMessage(tx, consumers, id);
      const facts: MessageFacts = { messageId: id, consumer: message.consumer, eventId: message.eventId, state: message.state };
      const resolution: Resolution = { state, at: service.clock.now(), by: requireContext().actor, reason };
      if (state === 'replayed') await requeue(tx, replayMessage.permit(tx, facts), message.queueId);
      else await dropMessage(tx, discardMessage.permit(tx, { ...facts, reason: reason ?? '' }), message.queueId);
      record(tx, `message.${state}`, id, payloadOf(message, reason));
      tx.afterCommit(() => nudge(message.consumer));
      return shown(service, message, resolution);
    });
  return {
    'admin.listParkedMessage': async ({ query }) => {
      const page = pageOf(query, service.config);
      const state = messageStates.find((one) => one === query.state) ?? 'parked';
      const filter = { consumers: consumers.filter((one) => query.consumer === undefined || one === query.consumer), aggregateId: query.aggregateId, eventType: query.eventType };
      const { rows, total } = state === 'parked' ? await listParked(database, filter, page) : await listResolved(database, state, filter, page);
      return listed(query, page, service.href(path), rows.map((row) => shown(service, row, row.resolution)), total);
    },
    'admin.replayParkedMessage': async ({ params }) => ({ body: await resolve(params.id, 'replayed', null) }),
    'admin.discardParkedMessage': async ({ params, body }) => ({ body: await resolve(params.id, 'discarded', body.reason ?? '') }),
  };
}

interface Found extends MessageRow {
  readonly state: MessageState;
}

/**
 * Locks a message of one of these queues; one that is no longer parked is told from one that never was.
 * @throws {NotFound}
 */
async function parkedMessage(tx: Tx, consumers: readonly string[], id: string): Promise<Found> {
  const [, consumer = '', eventId = ''] = /^(.+):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(id) ?? [];
  if (!consumers.includes(consumer)) throw new NotFound('parked message', id);
  const row = await findMessage(tx, consumer, eventId);
  if (row) return { ...row, state: 'parked' };
  const last = await lastEventType(tx, id);
  const state = messageStates.find((one) => `message.${one}` === last);
  if (!state) throw new NotFound('parked message', id);
  // Refused by policy before any of the empty members is looked at.
  return { ...goneMessage(consumer, eventId), state: state === 'parked' ? 'replayed' : state };
}

const goneMessage = (consumer: string, eventId: string): MessageRow => ({
  queueId: 0, consumer, eventId, eventType: '', aggregateType: '', aggregateId: '', attempts: 0, error: '', heldBack: 0,
  traceId: null, occurredAt: new Date(0), parkedAt: new Date(0), resolution: null,
});

/** What the ledger keeps, from which a resolved message is listed later. */
const payloadOf = (message: MessageRow, reason: string | null): Record<string, unknown> => ({
  consumer: message.consumer, eventId: message.eventId, eventType: message.eventType, aggregateType: message.aggregateType,
  aggregateId: message.aggregateId, attempts: message.attempts, error: message.error, parkedAt: isoTime(message.parkedAt), reason,
});

function shown(service: Service, message: MessageRow, resolution: Resolution | null): ParkedMessage {
  const id = `${message.consumer}:${message.eventId}`;
  return {
    id, href: service.href(`${path}?consumer=${encodeURIComponent(message.consumer)}&aggregateId=${encodeURIComponent(message.aggregateId)}`),
    '@type': 'ParkedMessage', consumer: message.consumer, eventId: message.eventId, eventType: message.eventType,
    aggregateType: message.aggregateType, aggregateId: message.aggregateId, state: resolution?.state ?? 'parked',
    attempts: message.attempts, error: message.error, heldBack: message.heldBack, traceId: message.traceId,
    occurredAt: isoTime(message.occurredAt), parkedAt: isoTime(message.parkedAt),
    resolvedAt: resolution ? isoTime(resolution.at) : null, resolvedBy: resolution?.by ?? null, reason: resolution?.reason ?? null,
  };
}

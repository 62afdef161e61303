import { takeIntoInbox } from '#db/inbox';
import { childOf, runWith, systemContext, type Channel, type RequestContext } from '#runtime/context';
import { SpanKind, withSpan } from '#runtime/span';
import type { Subscription } from './bus.ts';
import type { DomainEvent } from './consumer.ts';

export interface DeliveryOptions {
  /**
   * Whether the effect must be on disk before the message is confirmed. Not where the queue lives in
   * the same database: a crash that loses the effect loses the confirmation too.
   */
  readonly durable: boolean;
}

/**
 * Gives one event to one consumer: inbox row and effect in one transaction of the consumer's service.
 * Runs in the trace and for the actor of the event, so that a chain of events reads as one story.
 * @throws whatever the consumer throws; nothing of its effect is left then
 */
export async function deliver({ consumer, database }: Subscription, event: DomainEvent, { durable }: DeliveryOptions): Promise<void> {
  await runWith(contextOf(event, database.service), () =>
    withSpan(`${event.eventType} ${consumer.name}`, SpanKind.CONSUMER, () =>
      database.tx(async (tx) => {
        if (!durable) tx.unhurried();
        const isNew = await takeIntoInbox(tx, consumer.name, event.eventId, { at: database.clock.now(), tickMs: database.clock.tick() });
        if (isNew) await consumer.apply(tx, event);
      })));
}

const contextOf = (event: DomainEvent, service: string): RequestContext => ({
  ...systemContext(service, childOf({ traceId: event.traceId, spanId: event.spanId })),
  actor: event.actor,
  channel: event.channel as Channel, // written by our own perimeter, which knows only channels
});

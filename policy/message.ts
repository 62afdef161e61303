import { action } from './action.ts';
import { rule, type Context } from './rule.ts';

/** States of a message that was set aside (DOMAIN §4 "Message"); the bus parks, people do the rest. */
export const messageStates = ['parked', 'replayed', 'discarded'] as const;
export type MessageState = (typeof messageStates)[number];

export interface MessageFacts {
  readonly messageId: string;
  readonly consumer: string;
  readonly eventId: string;
  readonly state: MessageState;
}

const ids = ({ messageId, consumer, eventId, state }: MessageFacts): Context => ({ messageId, consumer, eventId, state });

export const notParked = rule<MessageFacts>({
  code: 'message.replay.not_parked',
  title: 'The message is not parked.',
  when: 'the message was replayed or discarded before',
  check: ({ state }) => state === 'parked',
  context: ids,
  fix: () => [{ hint: 'Look at what is parked now.', tool: 'admin.parked_list', args: {} }],
  message: ({ state }) => `The message is ${state}, not parked.`,
});

export interface DiscardFacts extends MessageFacts {
  readonly reason: string;
}

export const discardReasonMissing = rule<DiscardFacts>({
  code: 'message.discard.reason_missing',
  title: 'Giving a message up needs a reason.',
  when: 'the reason is absent or blank',
  check: ({ reason }) => reason.trim() !== '',
  context: ids,
  fix: () => [{ hint: 'Say why its effect is not wanted; the reason stays in the ledger.' }],
});

export const replayMessage = action('message.replay', [notParked]);
export const discardMessage = action<'message.discard', DiscardFacts>('message.discard', [notParked, discardReasonMissing]);

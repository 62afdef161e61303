import test from 'ava';
import { discardMessage, messageStates, replayMessage } from '#policy/message';
import { PolicyViolation } from '#runtime/errors';

const ids = { messageId: 'crm.handset:e', consumer: 'crm.handset', eventId: 'e' };

test('only a parked message is replayed or discarded', (t) => {
  for (const state of messageStates) {
    const codes = [replayMessage.check({ ...ids, state }), discardMessage.check({ ...ids, state, reason: 'a test order' })].map((found) => found.map(({ rule }) => rule));
    t.deepEqual(codes, state === 'parked' ? [[], []] : [['message.replay.not_parked'], ['message.replay.not_parked']], state);
  }
  const error = t.throws(() => replayMessage.permit({}, { ...ids, state: 'discarded' }), { instanceOf: PolicyViolation });
  t.deepEqual(error.context, { ...ids, state: 'discarded' });
  t.is(error.fix[0]?.tool, 'admin.parked_list');
});

test('giving a message up needs words, not blanks', (t) => {
  for (const reason of ['', ' ', '\t\n']) {
    const [error] = discardMessage.check({ ...ids, state: 'parked', reason });
    t.is(error?.rule, 'message.discard.reason_missing');
    t.deepEqual(error?.context, { ...ids, state: 'parked' });
    t.truthy(error?.fix[0]?.hint);
  }
});

import test from 'ava';
import { CardRefused, mockCards, tokenizeCard } from '#cli/card-tokenizer';
import { mockGateway } from '#handlers/payment/gateway-mock';
import { GatewayTimeout } from '#handlers/payment/gateway';
import { money } from '#runtime/money';

const request = (number: string, attempt = 1) => ({ key: 'PAY-001', token: tokenizeCard(number).token, amount: money(1000, 'SGD'), attempt });

test('a rehearsal card becomes a token the gateway knows, and its number is gone', (t) => {
  for (const number of Object.keys(mockCards)) {
    const card = tokenizeCard(number);
    t.true(mockGateway.knows(card.token));
    t.false(JSON.stringify(card).includes(number.slice(0, 12)));
    t.is(card.last4, number.slice(-4));
  }
});

test('two cards of the same number get different tokens, and a token stays itself', (t) => {
  const first = tokenizeCard('4242 4242 4242 4242');
  t.not(first.token, tokenizeCard('4242-4242-4242-4242').token);
  t.deepEqual(tokenizeCard(first.token), first);
});

test('any other number is refused before it leaves the process, and never quoted', (t) => {
  for (const [number, rule] of [['4111111111111111', 'payment_method.add.token_missing'], ['4242424242424241', 'payment_method.add.number_invalid'], ['hello', 'payment_method.add.token_missing']] as const) {
    const error = t.throws(() => tokenizeCard(number), { instanceOf: CardRefused });
    t.is(error.rule, rule);
    t.false(error.message.includes(number));
  }
});

test('4242 approves authorisation and capture, under the same reference for the same key', async (t) => {
  const approved = await mockGateway.authorize(request('4242424242424242'));
  if (approved.outcome !== 'approved') return t.fail();
  t.deepEqual(await mockGateway.authorize(request('4242424242424242')), approved);
  t.is((await mockGateway.capture({ ...request('4242424242424242'), reference: approved.reference })).outcome, 'approved');
});

test('0002 and 9995 deny the authorisation', async (t) => {
  t.deepEqual(await mockGateway.authorize(request('4000000000000002')), { outcome: 'denied', declineCode: 'card_declined' });
  t.deepEqual(await mockGateway.authorize(request('4000000000009995')), { outcome: 'denied', declineCode: 'insufficient_funds' });
});

test('0341 authorises and denies the capture', async (t) => {
  t.is((await mockGateway.authorize(request('4000000000000341'))).outcome, 'approved');
  t.deepEqual(await mockGateway.capture({ ...request('4000000000000341'), reference: 'r' }), { outcome: 'denied', declineCode: 'capture_declined' });
});

test('0119 times out twice, then approves', async (t) => {
  await t.throwsAsync(mockGateway.authorize(request('4000000000000119', 1)), { instanceOf: GatewayTimeout });
  await t.throwsAsync(mockGateway.authorize(request('4000000000000119', 2)), { instanceOf: GatewayTimeout });
  t.is((await mockGateway.authorize(request('4000000000000119', 3))).outcome, 'approved');
});

test('a token nobody made is refused for good', async (t) => {
  t.deepEqual(await mockGateway.authorize({ ...request('4242424242424242'), token: 'tok_stolen' }), { outcome: 'refused', declineCode: 'token_unknown' });
  t.false(mockGateway.knows('4242424242424242'));
});

import { tokenizeCard } from '#cli/card-tokenizer';
import { ok } from '#runtime/client';
import type { Got, Player } from '../player.ts';

/** Cards and the charges our own services make: what orders, top-ups and renewals do. */
export async function till(player: Player, line: Got): Promise<void> {
  const { customerId } = line;
  await cards(player, customerId);
  await authorized(player, line);
  const sale = saleOf(line);
  const items = [{ description: 'Screen protector', amount: sale.amount }];
  await player.ask('payment.createCharge', 'authorised, captured and billed in one call', { body: { ...sale, items }, headers: { 'Idempotency-Key': 'shop-7' } });
  await player.ask('payment.createCharge', 'items that do not add up', { body: { ...sale, items: [...items, ...items] }, status: 422 });
  await player.ask('payment.createZeroCharge', 'a bill of nothing, for what is free', { body: { customerId, subscriptionId: line.id, items: [{ description: 'A gift', amount: { unit: 'SGD', value: 0 } }] } });
  await player.ask('payment.createZeroCharge', 'for a customer nobody knows', { body: { customerId: 'CUST-999', items: [{ description: 'A gift', amount: { unit: 'SGD', value: 0 } }] }, status: 422 });
}

const saleOf = ({ customerId, id }: Got) => ({ customerId, subscriptionId: id, amount: { unit: 'SGD', value: 4 }, purpose: 'top_up' });

async function cards(player: Player, customerId: string): Promise<void> {
  const [usual] = await ok(player.stack.clients.payment.GET('/paymentMethod', { params: { query: { customerId } } }));
  await player.ask('payment.deletePaymentMethod', 'the last card of a customer with a line stays', { params: { id: usual!.id }, status: 422 });
  await player.ask('payment.createPaymentMethod', 'a card that has expired', { body: { customerId, ...tokenizeCard('4242424242424242'), expMonth: 1, expYear: 2026 }, status: 422 });
  const second = await player.ask('payment.createPaymentMethod', 'a second card, which will be declined', { body: { customerId, ...tokenizeCard('4000000000000002') } });
  const params = { id: second.id };
  await player.ask('payment.authorizePayment', 'the issuer says no', { body: { customerId, paymentMethodId: second.id, amount: { unit: 'SGD', value: 4 }, purpose: 'top_up' }, status: 422 });
  await player.ask('payment.setDefaultPaymentMethod', 'from now on the second one pays', { params });
  await player.ask('payment.setDefaultPaymentMethod', 'or rather the first', { params: { id: usual!.id } });
  await player.ask('payment.deletePaymentMethod', 'the second is removed', { params });
  await player.ask('payment.setDefaultPaymentMethod', 'a removed card pays nothing', { params, status: 422 });
}

/** Money that is held first, and then taken or let go. */
async function authorized(player: Player, line: Got): Promise<void> {
  const body = saleOf(line);
  const five = { unit: 'SGD', value: 5 };
  const taken = await player.ask('payment.authorizePayment', 'four dollars are held', { body });
  await player.ask('payment.capturePayment', 'more than is held cannot be taken', { params: { id: taken.id }, body: { amount: five, items: [{ description: 'Top-up', amount: five }] }, status: 422 });
  await player.ask('payment.capturePayment', 'they are taken', { params: { id: taken.id }, body: { items: [{ description: 'Top-up at the shop', amount: body.amount }] } });
  await player.ask('payment.voidPayment', 'what was taken is not let go', { params: { id: taken.id }, body: {}, status: 422 });
  const left = await player.ask('payment.authorizePayment', 'four more are held', { body });
  await player.ask('payment.voidPayment', 'they are let go', { params: { id: left.id }, body: { reason: 'Changed their mind.' } });
  await player.ask('payment.authorizePayment', 'a currency that is not ours', { body: { ...body, amount: { unit: 'EUR', value: 4 } }, status: 422 });
}

import test from 'ava';
import { ok } from '#runtime/client';
import { startStack } from '../../support/stack.ts';
import { customer, line } from '../../support/story.ts';

test('an advance recycles numbers, ends identities and tells of late tickets on their day', async (t) => {
  const stack = await startStack(t, { at: '2026-04-11T09:00:00Z', env: { BSS_KYC_VALID_DAYS: '30', BSS_MSISDN_QUARANTINE_DAYS: '10' } });
  const id = await customer(stack);
  await ok(stack.clients.TMF621.POST('/troubleTicket', { body: {
    name: 'No signal', description: 'none since noon', severity: 'Normal', ticketType: 'no_signal', relatedEntity: [], relatedParty: [{ id, role: 'customer', '@referredType': 'Customer' }],
  } }));
  const { id: lineId } = await line(stack, id);
  await ok(stack.clients.subscription.POST('/subscription/{id}/terminate', { params: { path: { id: lineId } }, body: { reason: 'a test' } }));
  await stack.settle();
  await stack.events();

  const { ran = [] } = await ok(stack.as('cli').admin('crm').POST('/clock/advance', { body: { duration: '31d' } }));
  const mine = ran.filter(({ name }) => ['sla', 'quarantine', 'kyc_expiry'].includes(name));
  t.deepEqual(mine.map(({ name, changed }) => [name, changed]), [['sla', 1], ['quarantine', 1], ['kyc_expiry', 1]]);
  t.deepEqual(mine.slice(1).map(({ at }) => at), ['2026-04-21T09:00:00.000Z', '2026-05-11T09:00:00.000Z']);
  const told = (await stack.events()).map(({ type }) => type);
  for (const type of ['ticket.sla_breached', 'msisdn.recycled', 'customer.kyc_expired', 'clock.advanced']) t.is(told.filter((one) => one === type).length, 1, `${type} in ${told.join(' ')}`);
});

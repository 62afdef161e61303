import test from 'ava';
import { crm } from '#handlers/crm/index';
import { Counter, types, type Got } from '../catalog/counter.ts';

/** DOMAIN §3 "SLA minutes", §4 "Case", §6 case.*, §8 I18. */
let desk: Counter;
let customerId: string;

const customer = async (name: string): Promise<string> => (await desk.call('TMF629.createCustomer', { body: {
  name, engagedParty: { id: 'P-1', '@referredType': 'Individual' }, contactMedium: [{ mediumType: 'email', characteristic: { emailAddress: `${name}@example.sg` } }],
} })).body.id;

test.before(async () => {
  desk = await Counter.open('crm', crm);
  customerId = await customer('ada');
});
test.after.always(async (t) => {
  t.deepEqual(await desk.close(), []);
});
test.beforeEach(async () => {
  await desk.events();
});

const open = (more: object = {}): Promise<Got> => desk.call('case.openCase', { body: { customerId, subject: 'No data since noon', category: 'service_outage', ...more } });
const move = (id: string, trigger: string, more: object = {}): Promise<Got> => desk.call('case.transitionCase', { id, body: { trigger, ...more } });
const refused = async (id: string, trigger: string): Promise<string> => (await desk.refusal('case.transitionCase', { id, body: { trigger } })).rule;
const ticket = (caseId: string): Promise<Got> => desk.call('TMF621.createTroubleTicket', { body: {
  description: 'Check the cell', severity: 'High', ticketType: 'service_outage', relatedEntity: [{ id: caseId, role: 'case', '@referredType': 'Case' }],
  relatedParty: [{ id: customerId, role: 'customer', '@referredType': 'Customer' }, { id: 'AGT-001', role: 'agent', '@referredType': 'Agent' }],
} });
const moveTicket = (id: string, trigger: string, more: object = {}): Promise<Got> => desk.call('case.transitionTicket', { id, body: { trigger, ...more } });

test.serial('a case is opened with its deadline, and logs itself', async (t) => {
  const { status, body, headers } = await open({ priority: 'urgent' });
  t.is(status, 201);
  t.is(headers['Location'], body.href);
  t.like(body, { customerId, category: 'service_outage', priority: 'urgent', state: 'open', openedAt: '2026-04-11T09:00:00.000Z', slaDueAt: '2026-04-11T09:30:00.000Z', ticketIds: [] });
  t.regex(body.id, /^CASE-\d{3}$/);
  const told = await desk.events();
  t.deepEqual(types(told), ['case.opened', 'interaction.created']);
  t.like(told[0], { id: body.id, payload: { caseId: body.id, customerId, category: 'service_outage', priority: 'urgent', slaDueAt: '2026-04-11T09:30:00.000Z', from: null, to: 'open' } });
  for (const [category, due] of [['fraud', '13:00'], ['regulator_complaint', '21:00']] as const) {
    t.is((await open({ category })).body.slaDueAt, `2026-04-11T${due}:00.000Z`);
  }
});

test.serial('a case needs a customer and a category there is', async (t) => {
  const refuse = async (body: object): Promise<string> => (await desk.refusal('case.openCase', { body: { subject: 'x', ...body } })).rule;
  t.is(await refuse({ category: 'other' }), 'case.open.customer_missing');
  t.is(await refuse({ customerId }), 'case.open.category_unknown');
  t.is(await refuse({ customerId, category: 'weather' }), 'case.open.category_unknown');
  t.is(await refuse({ customerId: 'CUST-999', category: 'other' }), 'reference.id.unknown');
  t.deepEqual(await desk.events(), []);
});

test.serial('a case with open tickets is not resolved, one without code not closed', async (t) => {
  const { body: { id } } = await open();
  const { body: one } = await ticket(id);
  t.is(one.caseId, id);
  t.deepEqual((await desk.call('case.retrieveCase', { id })).body.ticketIds, [one.id]);
  await move(id, 'take');
  const open1 = await desk.refusal('case.transitionCase', { id, body: { trigger: 'resolve' } });
  t.is(open1.rule, 'case.resolve.tickets_open');
  t.deepEqual(open1.context['ticketIds'], [one.id]);
  t.like(open1.fix[0]!, { tool: 'ticket.resolve', args: { ticket_id: one.id } });
  await moveTicket(one.id, 'start');
  t.is((await desk.refusal('case.transitionTicket', { id: one.id, body: { trigger: 'resolve' } })).rule, 'ticket.resolve.note_missing');
  t.like((await moveTicket(one.id, 'resolve', { note: 'cell restarted' })).body, { status: 'resolved', caseId: id, agentId: 'AGT-001' });
  t.like((await desk.call('TMF621.retrieveTroubleTicket', { id: one.id })).body.note, [{ text: 'cell restarted', author: 'alice' }]);
  await desk.events();
  await move(id, 'resolve');
  t.is((await desk.refusal('case.transitionTicket', { id: one.id, body: { trigger: 'reopen' } })).rule, 'ticket.open.case_closed', 'a settled case has no open tickets');
  await t.throwsAsync(ticket(id), { message: /settled/ });
  t.is(await refused(id, 'close'), 'case.close.resolution_missing');
  t.like((await move(id, 'close', { resolutionCode: 'fixed' })).body, { state: 'closed', resolutionCode: 'fixed' });
  const told = await desk.events();
  t.deepEqual(types(told), ['case.state_changed', 'case.state_changed']);
  t.like(told[1]!.payload, { caseId: id, from: 'resolved', to: 'closed', trigger: 'close' });
  t.is(await refused(id, 'reopen'), 'case.transition.invalid');
});

test.serial('a closed case takes no change, no note and no ticket', async (t) => {
  const { body: { id } } = await open();
  await move(id, 'cancel', { reason: 'opened twice' });
  t.is((await desk.refusal('case.patchCase', { id, body: { priority: 'low' } })).rule, 'case.update.case_closed');
  t.is((await desk.refusal('case.addCaseNote', { id, body: { body: 'still' } })).rule, 'case.update.case_closed');
  await t.throwsAsync(ticket(id), { message: /settled/ });
  await t.throwsAsync(ticket('CASE-999'), { message: /no case CASE-999/ });
});

test.serial('a cancelled case cancels its tickets', async (t) => {
  const { body: { id } } = await open();
  const [{ body: one }, { body: two }] = [await ticket(id), await ticket(id)];
  await moveTicket(one.id, 'start');
  await desk.events();
  await move(id, 'cancel', { reason: 'the customer says it works' });
  const told = await desk.events();
  t.deepEqual(told.map(({ type, id: about }) => [type, about]), [['case.state_changed', id], ['ticket.status_changed', one.id], ['ticket.status_changed', two.id]]);
  t.like(told[2]!.payload, { to: 'cancelled', reason: 'the customer says it works', caseId: id });
});

test.serial('waiting for the customer does not count, and the deadline follows the priority', async (t) => {
  const { body: { id } } = await open({ category: 'billing_dispute' });
  const due = (): Promise<unknown> => desk.call('case.retrieveCase', { id }).then(({ body }) => body.slaDueAt);
  t.is(await due(), '2026-04-12T09:00:00.000Z');
  await move(id, 'take');
  await move(id, 'await_customer');
  desk.clock.advance(3 * 3_600_000);
  await move(id, 'resume');
  t.is(await due(), '2026-04-12T12:00:00.000Z');
  await desk.events();
  await desk.call('case.patchCase', { id, body: { priority: 'high', agentId: 'AGT-001' } });
  t.is(await due(), '2026-04-11T20:00:00.000Z');
  const told = await desk.events();
  t.deepEqual(types(told), ['case.changed']);
  t.deepEqual(told[0]!.payload['changed'], ['agentId', 'priority']);
  await desk.call('case.patchCase', { id, body: { priority: 'high' } });
  t.deepEqual(await desk.events(), [], 'the same again is no change');

  await desk.sweep('sla');
  await desk.events();
  desk.clock.advance(8 * 3_600_000);
  await desk.sweep('sla');
  await desk.sweep('sla');
  t.deepEqual((await desk.events()).filter((one) => one.id === id).map(({ type }) => type), ['case.sla_breached']);
  t.truthy((await desk.call('case.retrieveCase', { id })).body.slaBreachedAt);
});

test.serial('notes are kept in order with their author', async (t) => {
  const { body: { id } } = await open();
  await desk.events();
  await desk.call('case.addCaseNote', { id, body: { body: 'called back' } });
  desk.clock.advance(60_000);
  await desk.call('case.addCaseNote', { id, body: { body: 'it works again' }, as: { actor: 'bob' } });
  t.deepEqual(types(await desk.events()), ['case.note_added', 'case.note_added']);
  const { body, headers } = await desk.call('case.listCaseNote', { id });
  t.deepEqual(body.map((note: { author: string; body: string }) => [note.author, note.body]), [['alice', 'called back'], ['bob', 'it works again']]);
  t.is(headers['X-Total-Count'], '2');
});

test.serial('a customer sees and opens its own cases only', async (t) => {
  const other = await customer('bob');
  const { body: theirs } = await open();
  const self = { role: 'customer', onBehalfOf: other } as const;
  const { body: mine } = await desk.call('case.openCase', { body: { subject: 'Wrong bill', category: 'billing_dispute' }, as: self });
  t.is(mine.customerId, other);
  t.deepEqual((await desk.call('case.listCase', { as: self })).body.map((one: { id: string }) => one.id), [mine.id]);
  for (const key of ['case.retrieveCase', 'case.listCaseNote'] as const) t.is((await desk.refusal(key, { id: theirs.id, as: self })).rule, 'auth.customer.not_owner');
  t.is((await desk.refusal('case.addCaseNote', { id: theirs.id, body: { body: 'x' }, as: self })).rule, 'auth.customer.not_owner');
  t.is((await desk.refusal('case.openCase', { body: { customerId, subject: 'x', category: 'other' }, as: self })).rule, 'auth.customer.not_owner');
});

test.serial('cases are listed newest first by what they are', async (t) => {
  const { body } = await desk.call('case.listCase', { query: { state: 'open', category: 'service_outage', customerId } });
  t.true(body.length > 1);
  t.true(body.every((one: { state: string; category: string }) => one.state === 'open' && one.category === 'service_outage'));
  const opened = body.map((one: { openedAt: string }) => one.openedAt);
  t.deepEqual(opened, [...opened].sort().reverse());
  const page = await desk.call('case.listCase', { query: { limit: 1, fields: 'state' } });
  t.is(page.status, 206);
  t.deepEqual(Object.keys(page.body[0]).sort(), ['href', 'id', 'state']);
});

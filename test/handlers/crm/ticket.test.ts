import test from 'ava';
import { crm } from '#handlers/crm/index';
import { Counter, types, type Got } from '../catalog/counter.ts';

/** DOMAIN §3 "SLA minutes", §4 "Trouble ticket", "Party interaction"; TMF.md §3, §4 (621, 683). */
let desk: Counter;
let customerId: string;

test.before(async () => {
  desk = await Counter.open('crm', crm);
  const { body } = await desk.call('TMF629.createCustomer', { body: {
    name: 'Ada', engagedParty: { id: 'P-1', '@referredType': 'Individual' }, contactMedium: [{ mediumType: 'email', characteristic: { emailAddress: 'ada@example.sg' } }],
  } });
  customerId = body.id;
});
test.after.always(async (t) => {
  t.deepEqual(await desk.close(), []);
});
test.beforeEach(async () => {
  await desk.events();
});

const about = () => ({ id: customerId, href: `http://crm.local/tmf-api/customerManagement/v4/customer/${customerId}`, role: 'customer', '@referredType': 'Customer' });
const agent = (id: string) => ({ id, role: 'agent', '@referredType': 'Agent' });
const open = (more: object = {}): Promise<Got> => desk.call('TMF621.createTroubleTicket', { body: { description: 'No data', severity: 'High', ticketType: 'service_outage', relatedParty: [about()], ...more } });
const patch = (id: string, body: object): Promise<Got> => desk.call('TMF621.patchTroubleTicket', { id, body });
const refused = async (id: string, body: object): Promise<string> => (await desk.refusal('TMF621.patchTroubleTicket', { id, body })).rule;

test.serial('a ticket is acknowledged whatever status it is sent with, and due by its service level', async (t) => {
  const { body } = await open({ status: 'closed' });
  t.like(body, { status: 'acknowledged', severity: 'High', ticketType: 'service_outage', creationDate: '2026-04-11T09:00:00.000Z', slaDueAt: '2026-04-11T10:00:00.000Z', priority: 'high' });
  t.regex(body.id, /^TKT-\d{3}$/);
  const told = await desk.events();
  t.deepEqual(types(told), ['ticket.created']);
  t.like(told[0]!.payload, { ticketId: body.id, customerId, agentId: null, slaDueAt: '2026-04-11T10:00:00.000Z', to: 'acknowledged' });
  const { body: dispute } = await open({ severity: 'whatever', ticketType: 'billing_dispute' });
  t.is(dispute.slaDueAt, '2026-04-12T09:00:00.000Z');
});

test.serial('a ticket is assigned, started, held back, resolved and closed', async (t) => {
  const { body: { id } } = await open();
  await desk.events();
  t.is(await refused(id, { status: 'inProgress' }), 'ticket.start.agent_missing');
  await desk.sql(`UPDATE crm.agent SET active = false WHERE id = 'AGT-002'`);
  t.is(await refused(id, { relatedParty: [about(), agent('AGT-002')] }), 'ticket.assign.agent_inactive');
  t.is(await refused(id, { relatedParty: [about(), agent('AGT-999')] }), 'reference.id.unknown');
  t.is((await patch(id, { relatedParty: [about(), agent('AGT-001')] })).body.agentId, 'AGT-001');
  await patch(id, { status: 'inProgress' });
  await patch(id, { status: 'pending' });
  t.deepEqual(types(await desk.events()), ['ticket.changed', 'ticket.status_changed', 'ticket.information_required']);

  desk.clock.advance(2 * 3_600_000);
  t.is((await patch(id, { status: 'inProgress' })).body.slaDueAt, '2026-04-11T12:00:00.000Z', 'waiting for the customer does not count');
  t.is(await refused(id, { status: 'resolved' }), 'ticket.resolve.note_missing');
  t.is(await refused(id, { status: 'closed' }), 'ticket.transition.invalid');
  const { body: done } = await patch(id, { status: 'resolved', note: [{ text: 'APN set', author: 'AGT-001' }] });
  t.like(done, { status: 'resolved', resolutionDate: '2026-04-11T11:00:00.000Z' });
  t.deepEqual(done.statusChange.map((one: { status: string }) => one.status), ['acknowledged', 'inProgress', 'pending', 'inProgress', 'resolved']);
  await patch(id, { status: 'closed' });
  t.deepEqual(types(await desk.events()), ['ticket.status_changed', 'ticket.changed', 'ticket.resolved', 'ticket.status_changed']);
  t.is(await refused(id, { status: 'inProgress' }), 'ticket.transition.invalid');
});

test.serial('rejecting and cancelling need a reason', async (t) => {
  const { body: { id } } = await open();
  t.is(await refused(id, { status: 'rejected' }), 'ticket.reject.reason_missing');
  t.is((await patch(id, { status: 'rejected', statusChangeReason: 'not ours' })).body.status, 'rejected');
  const { body: other } = await open();
  t.is(await refused(other.id, { status: 'cancelled' }), 'ticket.cancel.reason_missing');
  await desk.events();
  await patch(other.id, { status: 'cancelled', statusChangeReason: 'solved itself' });
  t.like((await desk.events()).at(-1), { type: 'ticket.status_changed', payload: { from: 'acknowledged', to: 'cancelled', reason: 'solved itself' } });
});

test.serial('the service level follows severity and type, and what a client set of it stays', async (t) => {
  const { body: { id } } = await open({ severity: 'Low', relatedParty: [about(), agent('AGT-001')] });
  const dueIn = async (minutes: number) => new Date(Date.parse((await desk.call('TMF621.retrieveTroubleTicket', { id })).body.creationDate) + minutes * 60_000).toISOString();
  await patch(id, { status: 'inProgress' });
  await patch(id, { status: 'pending' });
  desk.clock.advance(3_600_000);
  t.like((await patch(id, { status: 'inProgress' })).body, { slaDueAt: await dueIn(540), expectedResolutionDate: await dueIn(540) }, 'an hour of waiting');
  await desk.events();
  t.like((await patch(id, { severity: 'Critical' })).body, { priority: 'urgent', slaDueAt: await dueIn(90), expectedResolutionDate: await dueIn(90) });
  t.deepEqual((await desk.events()).map(({ type, payload }) => [type, payload['changed'], payload['slaDueAt']]), [['ticket.changed', ['expectedResolutionDate', 'priority', 'severity'], await dueIn(90)]]);
  t.like((await patch(id, { ticketType: 'billing_dispute', expectedResolutionDate: await dueIn(600), priority: 'P1' })).body, { priority: 'P1', slaDueAt: await dueIn(180), expectedResolutionDate: await dueIn(600) });
  t.like((await patch(id, { severity: 'Low' })).body, { priority: 'P1', slaDueAt: await dueIn(2940), expectedResolutionDate: await dueIn(600) });
});

test.serial('the reason shown is that of the last change of status, and a reopened ticket is not resolved', async (t) => {
  const { body: { id } } = await open({ relatedParty: [about(), agent('AGT-001')] });
  const waiting = { statusChangeReason: 'spare part' };
  await patch(id, { status: 'inProgress' });
  t.like((await patch(id, { status: 'held', ...waiting })).body, waiting);
  t.is((await patch(id, { status: 'inProgress' })).body.statusChangeReason, undefined);
  await patch(id, { status: 'held', ...waiting });
  const { body: again } = await patch(id, { status: 'inProgress', ...waiting });
  t.deepEqual(again.statusChange.map((one: { changeReason?: string }) => one.changeReason), [undefined, undefined, 'spare part', undefined, 'spare part', 'spare part']);
  t.truthy((await patch(id, { status: 'resolved', note: [{ text: 'APN set' }] })).body.resolutionDate);
  t.is((await patch(id, { status: 'inProgress' })).body.resolutionDate, undefined);
});

test.serial('a ticket not done in time is told of once', async (t) => {
  const { body: { id } } = await open({ severity: 'Critical' });
  await desk.events();
  desk.clock.advance(30 * 60_000 - 1);
  await desk.sweep('sla');
  t.false((await desk.events()).some((one) => one.id === id));
  desk.clock.advance(1);
  await desk.sweep('sla');
  await desk.sweep('sla');
  t.deepEqual((await desk.events()).filter((one) => one.id === id).map(({ type }) => type), ['ticket.sla_breached']);
});

test.serial('a ticket somebody works on is not deleted', async (t) => {
  const { body: { id } } = await open({ relatedParty: [about(), agent('AGT-001')] });
  await patch(id, { status: 'inProgress' });
  t.is((await desk.refusal('TMF621.deleteTroubleTicket', { id })).rule, 'ticket.delete.has_effects');
  const { body: fresh } = await open();
  await desk.events();
  t.is((await desk.call('TMF621.deleteTroubleTicket', { id: fresh.id })).status, 204);
  t.deepEqual(types(await desk.events()), ['ticket.deleted']);
});

test.serial('tickets are found by what they show, by their owner only', async (t) => {
  const all = (await desk.call('TMF621.listTroubleTicket')).body;
  for (const row of all) for (const name of ['id', 'href', 'description', 'severity', 'ticketType', 'status', 'creationDate']) t.truthy(row[name], name);
  t.true((await desk.call('TMF621.listTroubleTicket', { query: { status: 'acknowledged,rejected', 'relatedParty.id': customerId } })).body.length < all.length);
  t.is((await desk.call('TMF621.listTroubleTicket', { query: { agentId: 'AGT-001', status: 'closed' } })).body.length, 1);
  t.is((await desk.call('TMF621.listTroubleTicket', { as: { role: 'customer', onBehalfOf: 'CUST-999' } })).body.length, 0);
  t.is((await desk.call('TMF621.listTroubleTicket', { as: { role: 'customer', onBehalfOf: customerId } })).body.length, all.length);
  t.is((await desk.refusal('TMF621.createTroubleTicket', { body: { description: 'x', severity: 'Low', ticketType: 'other', relatedParty: [{ ...about(), id: 'CUST-999' }] } })).rule, 'reference.id.unknown');
});

test.serial('an interaction is opened, worked on and completed', async (t) => {
  const { body } = await desk.call('TMF683.createPartyInteraction', { body: { channel: [{ id: 'phone' }], direction: 'inbound', reason: 'asks for data', relatedParty: [about()] } });
  t.like(body, { status: 'open', direction: 'inbound', reason: 'asks for data', interactionDate: { startDateTime: desk.clock.now().toISOString() } });
  t.truthy(body.channel[0].href);
  const change = (status: string) => ({ id: body.id, body: { status } });
  await desk.call('TMF683.patchPartyInteraction', change('inProgress'));
  await desk.call('TMF683.patchPartyInteraction', change('completed'));
  const told = await desk.events();
  t.deepEqual(types(told), ['interaction.created', 'interaction.status_changed', 'interaction.status_changed']);
  t.like(told[2]!.payload, { interactionId: body.id, customerId, channel: 'phone', direction: 'inbound', from: 'inProgress', to: 'completed' });
  t.is((await desk.refusal('TMF683.patchPartyInteraction', change('open'))).rule, 'interaction.transition.invalid');
  await desk.call('TMF683.patchPartyInteraction', { id: body.id, body: { description: 'sent a top-up link' } });
  t.deepEqual(types(await desk.events()), ['interaction.changed']);
  const undated = await desk.call('TMF683.createPartyInteraction', { body: { channel: [{ id: 'phone' }], direction: 'inbound', reason: 'asks again', interactionDate: {} } });
  t.deepEqual(undated.body.interactionDate, { startDateTime: desk.clock.now().toISOString() }, 'an empty period is none');
});

test.serial('what crm logged itself stays, what people wrote may go', async (t) => {
  const { body: [log] } = await desk.call('TMF683.listPartyInteraction', { query: { reason: 'customer created' } });
  t.is((await desk.refusal('TMF683.deletePartyInteraction', { id: log.id })).rule, 'interaction.delete.has_effects');
  const { body } = await desk.call('TMF683.createPartyInteraction', { body: { channel: [{ id: 'mail' }], direction: 'outbound', reason: 'newsletter' } });
  await desk.events();
  t.is((await desk.call('TMF683.deletePartyInteraction', { id: body.id })).status, 204);
  t.deepEqual(types(await desk.events()), ['interaction.deleted']);
});

test.serial('staff is listed by role and by who works here', async (t) => {
  const ids = async (query: object): Promise<string[]> => (await desk.call('crm.listAgent', { query })).body.map((one: { id: string }) => one.id);
  t.deepEqual(await ids({}), ['AGT-001', 'AGT-002', 'AGT-003', 'AGT-004', 'AGT-SYS']);
  t.deepEqual(await ids({ role: 'csr' }), ['AGT-001', 'AGT-002']);
  t.deepEqual(await ids({ role: 'csr', active: true }), ['AGT-001'], 'the other one was sent home above');
  t.deepEqual(await ids({ active: false }), ['AGT-002']);
});

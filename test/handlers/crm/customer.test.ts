import test from 'ava';
import { crm } from '#handlers/crm/index';
import { DryRunPassed } from '#runtime/errors';
import { Counter, types, type Got } from '../catalog/counter.ts';

/** DOMAIN §4 "Customer", "KYC"; §5 F1 steps 1 and 2; §8 I17; macro CUST of SCENARIOS §3. */
let desk: Counter;

test.before(async () => {
  desk = await Counter.open('crm', crm, { env: { BSS_KYC_VALID_DAYS: '30' } });
});
test.after.always(async (t) => {
  t.deepEqual(await desk.close(), []);
});
test.beforeEach(async () => {
  desk.neighbours['/subscription'] = () => [];
  desk.neighbours['/productOrder'] = () => [];
  await desk.events();
});

const email = (emailAddress: string) => ({ mediumType: 'email', preferred: true, characteristic: { emailAddress } });
const person = (name: string, ...contactMedium: object[]) => ({ name, engagedParty: { id: 'P-1', name, '@referredType': 'Individual' }, contactMedium });
const create = (name: string, ...media: object[]): Promise<Got> => desk.call('TMF629.createCustomer', { body: person(name, ...media) });

test.serial('a customer is created, and the creation logs itself', async (t) => {
  const { body, headers, status } = await create('Ada', email('ada@example.sg'), { mediumType: 'phone', characteristic: { phoneNumber: '9000 0042' } });
  t.is(status, 201);
  t.is(headers['Location'], body.href);
  t.like(body, { name: 'Ada', status: 'active', kycStatus: 'not_verified', '@type': 'Customer', engagedParty: { id: 'P-1' } });
  t.regex(body.id, /^CUST-\d{3}$/);
  t.is(body.contactMedium[1].characteristic.phoneNumber, '+6590000042');
  const told = await desk.events();
  t.deepEqual(types(told), ['customer.created', 'interaction.created']);
  t.like(told[0], { id: body.id, payload: { customerId: body.id, status: 'active', from: null, to: 'active' } });
  t.like(told[1]!.payload, { customerId: body.id, channel: 'cli', direction: 'inbound', to: 'completed' });
  const { body: log } = await desk.call('TMF683.listPartyInteraction', { query: { 'relatedParty.id': body.id } });
  t.like(log, [{ status: 'completed', reason: 'customer created', direction: 'inbound' }]);
});

test.serial('a customer nobody can reach is a prospect until a medium is added', async (t) => {
  const { body } = await desk.call('TMF629.createCustomer', { body: { ...person('Nobody'), statusReason: 'met at the fair' } });
  t.is(body.statusReason, 'met at the fair');
  t.like(body, { status: 'prospect', policyViolation: { reason: 'customer.activate.contact_medium_required' } });
  await desk.events();
  await desk.call('crm.createContactMedium', { id: body.id, body: { mediumType: 'email', value: 'nobody@example.sg' } });
  t.deepEqual(types(await desk.events()), ['customer.contact_added', 'interaction.created', 'customer.state_changed']);
  const { body: reached } = await desk.call('TMF629.retrieveCustomer', { id: body.id });
  t.like(reached, { status: 'active', policyViolation: undefined });
});

test.serial('an e-mail address belongs to one customer, however it is written', async (t) => {
  const { body: first } = await create('Bob', email('bob@example.sg'));
  const refused = await desk.refusal('TMF629.createCustomer', { body: person('Robert', email('BOB@Example.sg')) });
  t.is(refused.rule, 'customer.create.email_taken');
  t.like(refused.context, { email: 'BOB@Example.sg' });
  t.like(refused.fix[0]!, { tool: 'customer.find_by_email', args: { email: 'BOB@Example.sg' } });
  const { body: other } = await create('Carol', email('carol@example.sg'));
  t.is((await desk.refusal('crm.createContactMedium', { id: other.id, body: { mediumType: 'email', value: 'bob@example.sg' } })).rule, 'customer.create.email_taken');

  await desk.call('crm.createContactMedium', { id: first.id, body: { mediumType: 'phone', value: '+4915112345678' } });
  const { body: media } = await desk.call('TMF629.retrieveCustomer', { id: first.id });
  await desk.call('crm.deleteContactMedium', { id: first.id, params: { contactMediumId: media.contactMedium[0].id } });
  await t.notThrowsAsync(create('Robert', email('bob@example.sg')), 'an address given up is free again');
});

test.serial('of many who take one address at a time one gets it', async (t) => {
  const tries = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => create(`Twin ${i}`, email('twin@example.sg'))));
  t.is(tries.filter(({ status }) => status === 'fulfilled').length, 1);
  const rules = tries.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { rule?: string }).rule] : [])); // refusals carry their rule
  t.deepEqual([...new Set(rules)], ['customer.create.email_taken']);
});

test.serial('contact media are checked, and the last one stays', async (t) => {
  const refuse = async (...media: object[]): Promise<string> => (await desk.refusal('TMF629.createCustomer', { body: person('X', ...media) })).rule;
  t.is(await refuse(email('no address')), 'customer.contact.value_invalid');
  t.is(await refuse({ mediumType: 'phone', characteristic: { phoneNumber: 'twelve' } }), 'customer.contact.value_invalid');
  t.is(await refuse({ mediumType: 'postalAddress', characteristic: {} }), 'customer.contact.value_invalid');
  const { body } = await create('Dan', email('dan@example.sg'));
  const only = body.contactMedium[0].id;
  t.is((await desk.refusal('crm.deleteContactMedium', { id: body.id, params: { contactMediumId: only } })).rule, 'customer.contact.last_medium');
  const self = { role: 'customer', onBehalfOf: body.id } as const;
  t.is((await desk.refusal('crm.patchContactMedium', { id: body.id, params: { contactMediumId: only }, body: { value: 'dan@new.sg' }, as: self })).rule, 'customer.contact.email_flow_required');
  await desk.events();
  await desk.call('crm.patchContactMedium', { id: body.id, params: { contactMediumId: only }, body: { value: 'dan@new.sg' } });
  t.deepEqual(types(await desk.events()), ['customer.contact_changed', 'interaction.created']);
  t.is((await desk.call('crm.lookupCustomer', { query: { email: 'DAN@new.sg' } })).body.customerId, body.id);
});

test.serial('a rehearsal passes the rules and leaves nothing behind', async (t) => {
  const rehearse = (address: string) => desk.call('TMF629.createCustomer', { body: person('Eve', email(address)), as: { dryRun: true } });
  await t.throwsAsync(rehearse('eve@example.sg'), { instanceOf: DryRunPassed });
  await t.throwsAsync(rehearse('carol@example.sg'), { message: /e-mail/ });
  t.deepEqual(await desk.events(), []);
  t.is((await desk.call('TMF629.listCustomer', { query: { name: 'Eve' } })).body.length, 0);
});

test.serial('an identity is attested once, with a document of its own', async (t) => {
  const { body: customer } = await create('Fay', email('fay@example.sg'));
  await desk.events();
  const attest = (id: string, more: object) => ({ id, body: { provider: 'prebaked', attestationToken: 'ok:S1234567D:1990-02-03', ...more } });
  t.is((await desk.refusal('crm.attestKyc', attest(customer.id, { attestationToken: 'forged' }))).rule, 'kyc.attest.token_invalid');
  t.is((await desk.refusal('crm.attestKyc', attest(customer.id, { provider: 'unheard_of' }))).rule, 'kyc.attest.provider_forbidden');
  const bare = await desk.refusal('crm.attestKyc', attest(customer.id, { attestationToken: 'bare' }));
  t.is(bare.rule, 'kyc.attest.document_missing');
  t.deepEqual(bare.context['missing'], ['documentNumber', 'dateOfBirth']);
  t.deepEqual(await desk.events(), []);

  const { body } = await desk.call('crm.attestKyc', attest(customer.id, {}));
  t.like(body, { kycStatus: 'verified', provider: 'prebaked', documentType: 'national_id', verifiedAt: '2026-04-11T09:00:00.000Z', expiresAt: '2026-05-11T09:00:00.000Z' });
  const told = await desk.events();
  t.deepEqual(types(told), ['customer.kyc_verified', 'interaction.created']);
  t.like(told[0]!.payload, { customerId: customer.id, provider: 'prebaked', from: 'not_verified', to: 'verified' });
  t.is((await desk.refusal('crm.attestKyc', attest(customer.id, {}))).rule, 'customer.transition.invalid');

  const { body: other } = await create('Gil', email('gil@example.sg'));
  const taken = await desk.refusal('crm.attestKyc', attest(other.id, { attestationToken: 'ok:s1234567-d:1990-02-03' }));
  t.is(taken.rule, 'kyc.attest.document_taken');
  t.false(JSON.stringify(taken.context).includes(customer.id), 'whose document it is stays unsaid');
  const stored = await desk.sql<{ row: string }>(`SELECT i::text || c::text AS row FROM crm.identity i JOIN crm.customer c ON c.id = i.customer_id`);
  t.true(stored.length > 0 && stored.every(({ row }) => !row.includes('1234567')), 'the number is nowhere');
});

test.serial('a refused identity can be attested later, a verified one expires', async (t) => {
  const { body: customer } = await create('Hal', email('hal@example.sg'));
  await desk.events();
  const attest = (attestationToken: string): Promise<Got> => desk.call('crm.attestKyc', { id: customer.id, body: { provider: 'prebaked', attestationToken } });
  t.is((await attest('refuse')).body.kycStatus, 'rejected');
  t.is((await attest('ok')).body.kycStatus, 'verified');
  t.deepEqual(types(await desk.events()), ['customer.kyc_rejected', 'interaction.created', 'customer.kyc_verified', 'interaction.created']);
  await desk.sweep('kyc_expiry');
  t.deepEqual(await desk.events(), []);
  desk.clock.advance(31 * 86_400_000);
  await desk.sweep('kyc_expiry');
  t.true((await desk.events()).some(({ type, id }) => type === 'customer.kyc_expired' && id === customer.id));
  t.is((await desk.call('crm.retrieveKyc', { id: customer.id })).body.kycStatus, 'expired');
});

test.serial('a customer is suspended with a reason, reinstated, and closed when nothing is open', async (t) => {
  const { body: customer } = await create('Ida', email('ida@example.sg'));
  await desk.events();
  const move = (trigger: string, reason?: string) => ({ id: customer.id, body: { trigger, ...(reason ? { reason } : {}) } });
  t.is((await desk.refusal('crm.transitionCustomer', move('suspend'))).rule, 'customer.suspend.reason_missing');
  t.like((await desk.call('crm.transitionCustomer', move('suspend', 'fraud suspected'))).body, { status: 'suspended', statusReason: 'fraud suspected' });
  t.like((await desk.refusal('crm.transitionCustomer', move('suspend', 'again'))).context, { state: 'suspended', legal: ['reinstate', 'close'] });
  await desk.call('crm.transitionCustomer', move('reinstate'));
  t.deepEqual(types(await desk.events()), ['customer.state_changed', 'interaction.created', 'customer.state_changed', 'interaction.created']);

  desk.neighbours['/subscription'] = () => [{ id: 'SUB-001', state: 'active' }, { id: 'SUB-002', state: 'terminated' }];
  const live = await desk.refusal('crm.transitionCustomer', move('close'));
  t.is(live.rule, 'customer.close.line_live');
  t.deepEqual(live.context['subscriptionIds'], ['SUB-001']);
  desk.neighbours['/subscription'] = () => [];
  desk.neighbours['/productOrder'] = () => [{ id: 'ORD-001', state: 'inProgress' }];
  t.is((await desk.refusal('crm.transitionCustomer', move('close'))).rule, 'customer.close.order_open');
  t.is((await desk.refusal('TMF629.deleteCustomer', { id: customer.id })).rule, 'customer.delete.has_effects');
  desk.neighbours['/productOrder'] = () => [{ id: 'ORD-001', state: 'completed' }];
  t.is((await desk.call('crm.transitionCustomer', move('close'))).body.status, 'closed');
  t.is((await desk.refusal('crm.attestKyc', { id: customer.id, body: { provider: 'prebaked', attestationToken: 'ok' } })).rule, 'kyc.attest.customer_closed');
  t.is((await desk.refusal('TMF629.patchCustomer', { id: customer.id, body: { name: 'Ida B.' } })).rule, 'customer.update.customer_closed');
});

test.serial('a customer sees and changes no other customer', async (t) => {
  const { body: mine } = await create('Jan', email('jan@example.sg'));
  const { body: theirs } = await create('Kim', email('kim@example.sg'));
  const self = { role: 'customer', onBehalfOf: mine.id } as const;
  t.deepEqual((await desk.call('TMF629.listCustomer', { as: self })).body.map((one: { id: string }) => one.id), [mine.id]);
  t.is((await desk.call('TMF629.retrieveCustomer', { id: mine.id, as: self })).body.name, 'Jan');
  for (const key of ['TMF629.retrieveCustomer', 'crm.retrieveKyc'] as const) {
    t.is((await desk.refusal(key, { id: theirs.id, as: self })).rule, 'auth.customer.not_owner');
  }
  t.is((await desk.refusal('TMF629.patchCustomer', { id: theirs.id, body: { name: 'Mine' }, as: self })).rule, 'auth.customer.not_owner');
  t.is((await desk.refusal('crm.createContactMedium', { id: theirs.id, body: { mediumType: 'phone', value: '90000001' }, as: self })).rule, 'auth.customer.not_owner');
});

test.serial('a customer nothing hangs on is deleted', async (t) => {
  const { body } = await create('Lee', email('lee@example.sg'));
  await desk.events();
  t.is((await desk.call('TMF629.deleteCustomer', { id: body.id })).status, 204);
  t.deepEqual(types(await desk.events()), ['customer.deleted']);
  t.is((await desk.failure('TMF629.retrieveCustomer', { id: body.id })).status, 404);
});

test.serial('a patch of the customer replaces its media as one list', async (t) => {
  const { body } = await create('Mia', email('mia@example.sg'), { mediumType: 'phone', characteristic: { phoneNumber: '90000077' } });
  await desk.events();
  const kept = body.contactMedium[0];
  const { body: after } = await desk.call('TMF629.patchCustomer', { id: body.id, body: { name: 'Mia M.', contactMedium: [kept, { mediumType: 'postalAddress', characteristic: { street1: '1 Way', city: 'Singapore' } }] } });
  t.is(after.name, 'Mia M.');
  t.deepEqual(after.contactMedium.map((one: { mediumType: string }) => one.mediumType), ['email', 'postalAddress']);
  t.is(after.contactMedium[0].id, kept.id);
  t.deepEqual(types(await desk.events()), ['customer.changed', 'interaction.created']);
  t.is((await desk.refusal('TMF629.patchCustomer', { id: body.id, body: { statusReason: 'none' } })).rule, 'customer.patch.field_locked');
});

test.serial('contact media keep the places a client gave them, and what is told twice is shown twice', async (t) => {
  const fax = { mediumType: 'fax', characteristic: { faxNumber: '+6561234567' } };
  const phone = (contactType: string) => ({ mediumType: 'phone', characteristic: { phoneNumber: '+6590000078', contactType } });
  const { body } = await create('Noa', fax, phone('home'), email('noa@example.sg'), phone('work'));
  const shown = async () => (await desk.call('TMF629.retrieveCustomer', { id: body.id })).body.contactMedium.map((one: { characteristic: object }) => Object.values(one.characteristic).sort().join(' '));
  t.deepEqual(await shown(), ['+6561234567', '+6590000078 home', 'noa@example.sg', '+6590000078 work']);
  t.deepEqual(body.contactMedium.map((one: { id?: string }) => typeof one.id), ['undefined', 'string', 'string', 'undefined'], 'one medium, told twice');

  const steps = [{ op: 'replace', path: '/contactMedium/1/characteristic/phoneNumber', value: '+6590000079' }];
  const { body: after } = await desk.call('TMF629.patchCustomer', { id: body.id, body: steps, contentType: 'application/json-patch+json' });
  t.deepEqual(await shown(), ['+6561234567', '+6590000079 home', 'noa@example.sg', '+6590000078 work']);
  t.is(after.contactMedium[1].id, body.contactMedium[1].id);
  t.is(typeof after.contactMedium[3].id, 'string', 'by now a medium of its own');
});

test.serial('a client of TMF629 suspends, reinstates and closes by PATCH of the status, under the rules of the triggers', async (t) => {
  const { body: customer } = await create('Ola', email('ola@example.sg'));
  const patch = (body: object, as = {}) => ({ id: customer.id, body, as });
  const rule = async (body: object, as = {}) => (await desk.refusal('TMF629.patchCustomer', patch(body, as))).rule;
  await desk.events();
  t.is(await rule({ status: 'suspended' }), 'customer.suspend.reason_missing');
  t.is(await rule({ status: 'suspended', statusReason: 'fraud' }, { role: 'csr' }), 'auth.role.insufficient');
  t.is(await rule({ status: 'prospect' }), 'customer.transition.invalid');
  const { body: held } = await desk.call('TMF629.patchCustomer', patch({ name: 'Ola N.', status: 'suspended', statusReason: 'fraud' }));
  t.like(held, { name: 'Ola N.', status: 'suspended', statusReason: 'fraud' });
  const told = await desk.events();
  t.deepEqual(types(told), ['customer.changed', 'interaction.created', 'customer.state_changed', 'interaction.created']);
  t.like(told[2]!.payload, { from: 'active', to: 'suspended', trigger: 'suspend', reason: 'fraud' });
  t.like((await desk.call('TMF629.patchCustomer', patch({ status: 'active', statusReason: 'fraud' }))).body, { status: 'active', statusReason: 'fraud' }, 'the same reason again');

  desk.neighbours['/subscription'] = () => [{ id: 'SUB-001', state: 'active' }];
  t.is(await rule({ status: 'closed' }), 'customer.close.line_live');
  desk.neighbours['/subscription'] = () => [];
  const steps = [{ op: 'replace', path: '/status', value: 'closed' }, { op: 'add', path: '/statusReason', value: 'moved' }];
  const { body: closed } = await desk.call('TMF629.patchCustomer', { id: customer.id, body: steps, contentType: 'application/json-patch+json' });
  t.like(closed, { status: 'closed', statusReason: 'moved' });
  t.is(await rule({ status: 'active' }), 'customer.transition.invalid');
});

test.serial('a prospect does not become active by saying so', async (t) => {
  const { body } = await desk.call('TMF629.createCustomer', { body: person('Pat') });
  t.is((await desk.refusal('TMF629.patchCustomer', { id: body.id, body: { status: 'active' } })).rule, 'customer.activate.contact_medium_required');
  const { body: reached } = await desk.call('TMF629.patchCustomer', { id: body.id, body: { status: 'active', contactMedium: [email('pat@example.sg')] } });
  t.like(reached, { status: 'active', policyViolation: undefined });
});

import { customerBody } from '#cli/customer/customer-body';
import type { Player } from '../player.ts';

/** A customer in distress: media, a case with a ticket, and what each of them refuses. */
export async function care(player: Player): Promise<void> {
  const { id, contactMedium } = await player.ask('TMF629.createCustomer', 'a further customer', { body: customerBody({ name: 'Mei Tan', email: 'mei@example.sg' }) });
  await media(player, id);
  await trouble(player, id);
  await player.ask('crm.transitionCustomer', 'without a reason nobody is suspended', { params: { id }, body: { trigger: 'suspend' }, status: 422 });
  await player.ask('crm.attestKyc', 'a document number of another customer', { params: { id }, status: 422, body: {
    provider: 'prebaked', attestationToken: 'ok', documentType: 'national_id', documentNumber: 'S1234567A', documentCountry: 'SG', dateOfBirth: '1991-01-01' } });
  await player.ask('crm.attestKyc', 'a document of their own, which makes them active', { params: { id }, body: {
    provider: 'prebaked', attestationToken: 'ok', documentType: 'passport', documentNumber: 'P7654321', documentCountry: 'SG', dateOfBirth: '1991-01-01' } });
  await player.ask('crm.deleteContactMedium', 'a customer can always be reached', { params: { id, contactMediumId: contactMedium[0].id }, status: 422 });
  await player.ask('crm.transitionCustomer', 'suspended', { params: { id }, body: { trigger: 'suspend', reason: 'Asked for it.' } });
  await player.ask('crm.transitionCustomer', 'a trigger the state does not know', { params: { id }, body: { trigger: 'suspend', reason: 'Asked for it twice.' }, status: 422 });
  await player.ask('crm.transitionCustomer', 'and back', { params: { id }, body: { trigger: 'reinstate' } });
  await player.ask('crm.lookupCustomer', 'an address nobody has', { query: { email: 'nobody@example.sg' }, status: 404 });
}

async function media(player: Player, id: string): Promise<void> {
  const params = { id };
  await player.ask('crm.createContactMedium', 'what is no e-mail address', { params, body: { mediumType: 'email', value: 'mei at home' }, status: 422 });
  const phone = await player.ask('crm.createContactMedium', 'a telephone', { params, body: { mediumType: 'phone', value: '+6591234567' } });
  const one = { id, contactMediumId: phone.id };
  await player.ask('crm.patchContactMedium', 'the number has changed', { params: one, body: { value: '+6591234568' } });
  await player.ask('crm.patchContactMedium', 'what is no telephone number', { params: one, body: { value: 'at home' }, status: 422 });
  await player.ask('crm.deleteContactMedium', 'it is no longer used', { params: one });
}

async function trouble(player: Player, id: string): Promise<void> {
  await player.ask('case.openCase', 'a customer nobody knows', { body: { customerId: 'CUST-999', subject: 'No data', category: 'service_outage' }, status: 422 });
  const opened = await player.ask('case.openCase', 'another case', { body: { customerId: id, subject: 'Calls break off', category: 'service_outage' } });
  const params = { id: opened.id };
  await player.ask('case.patchCase', 'it is more urgent, and given to somebody', { params, body: { priority: 'high', agentId: 'AGT-001' } });
  await player.ask('case.transitionCase', 'work begins', { params, body: { trigger: 'take' } });
  const ticket = await player.ask('TMF621.createTroubleTicket', 'a ticket of a case', { body: {
    description: 'Calls break off in the lift', severity: 'High', ticketType: 'service_outage', relatedEntity: [{ id: opened.id, role: 'case', '@referredType': 'Case' }],
    relatedParty: [{ id, role: 'customer', '@referredType': 'Customer' }],
  } });
  const about = { id: ticket.id };
  await player.ask('case.transitionTicket', 'nobody is there to start it', { params: about, body: { trigger: 'start' }, status: 422 });
  await player.ask('TMF621.patchTroubleTicket', 'somebody takes it', { params: about, body: { relatedParty: [...ticket.relatedParty, { id: 'AGT-001', role: 'agent', '@referredType': 'Agent' }] } });
  await player.ask('case.transitionTicket', 'work on the ticket begins', { params: about, body: { trigger: 'start' } });
  await player.ask('case.transitionCase', 'a case with an open ticket is not resolved', { params, body: { trigger: 'resolve' }, status: 422 });
  await player.ask('case.transitionTicket', 'without saying what was done', { params: about, body: { trigger: 'resolve' }, status: 422 });
  await player.ask('case.transitionTicket', 'the ticket is resolved', { params: about, body: { trigger: 'resolve', note: 'Antenna turned.' } });
  await player.ask('case.transitionCase', 'now the case is as well', { params, body: { trigger: 'resolve' } });
  await player.ask('case.transitionCase', 'closed without saying how it ended', { params, body: { trigger: 'close' }, status: 422 });
  await player.ask('case.transitionCase', 'closed', { params, body: { trigger: 'close', resolutionCode: 'fixed' } });
  await player.ask('case.patchCase', 'a closed case stays as it is', { params, body: { priority: 'low' }, status: 422 });
  await player.ask('case.addCaseNote', 'and takes no more notes', { params, body: { body: 'Called once more.' }, status: 422 });
}

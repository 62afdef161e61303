import type { CrmHandlers } from '#generated/stubs/crm';
import type { components } from '#generated/types/crm';
import { numberFormatInvalid } from '#policy/msisdn';
import { enforce } from '#policy/rule';
import { BadRequest, NotFound } from '#runtime/errors';
import { nationalNumber } from '#runtime/numbering';
import { requireOwn } from '../resource/ownership.ts';
import { hrefOf } from '../resource/project.ts';
import { findResource, lockResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { customers } from './customer.ts';
import { closingFacts, fire, plainFacts } from './customer-status.ts';
import type { CustomerRow } from './store-customer.ts';

type Routes = Pick<CrmHandlers, 'crm.transitionCustomer' | 'crm.lookupCustomer'>;

/** Suspend, reinstate, close; and the way from a number or e-mail address to the customer. */
export function customerActionRoutes(service: Service): Routes {
  return {
    async 'crm.transitionCustomer'({ params, body }) {
      const { trigger, reason = null } = body;
      const facts = trigger === 'close' ? await closingFacts(service, params.id, reason) : plainFacts(params.id, reason);
      const row = await service.db.tx(async (tx) => {
        const current = await lockResource(tx, customers, params.id);
        if (!current) throw new NotFound('customer', params.id);
        requireOwn(customers, current);
        return fire(service, tx, current, trigger, facts);
      });
      return { body: show(service, row) };
    },
    async 'crm.lookupCustomer'({ query }) {
      const { msisdn, email } = query;
      if ((msisdn === undefined) === (email === undefined)) throw new BadRequest('Ask for exactly one of msisdn and email.');
      return { body: msisdn === undefined ? await byEmail(service, email ?? '') : await byNumber(service, msisdn) };
    },
  };
}

const show = (service: Service, row: CustomerRow): components['schemas']['CustomerState'] => ({
  id: row.id, href: hrefOf(service, customers, row.id), '@type': 'CustomerState', customerId: row.id, name: row.name, status: row.status,
  statusReason: row.statusReason, kycStatus: row.kycStatus,
});

type Lookup = components['schemas']['CustomerLookup'];
type Match = Pick<Lookup, 'matchedBy' | 'msisdn' | 'subscriptionId' | 'email'>;

async function byEmail(service: Service, email: string): Promise<Lookup> {
  const found = await service.db.one<{ customerId: string; value: string }>(
    `SELECT customer_id, value FROM crm.contact_medium WHERE medium_type = 'email' AND valid_to IS NULL AND lower(value) = lower($1)`, [email]);
  if (!found) throw new NotFound('customer with e-mail', email);
  return lookedUp(service, found.customerId, { matchedBy: 'email', email: found.value, msisdn: null, subscriptionId: null });
}

async function byNumber(service: Service, written: string): Promise<Lookup> {
  const msisdn = nationalNumber(written, service.config);
  enforce([numberFormatInvalid], { preference: written, preferred: msisdn });
  const found = await service.db.one<{ customerId: string; subscriptionId: string }>(
    `SELECT customer_id, subscription_id FROM inventory.msisdn WHERE msisdn = $1 AND status = 'assigned'`, [msisdn]);
  if (!found) throw new NotFound('customer with number', msisdn ?? written);
  return lookedUp(service, found.customerId, { matchedBy: 'msisdn', msisdn, subscriptionId: found.subscriptionId, email: null });
}

async function lookedUp(service: Service, customerId: string, match: Match): Promise<Lookup> {
  const row = await findResource(service.db, customers, customerId);
  if (!row) throw new NotFound('customer', customerId);
  const { id, name, status, kycStatus } = row;
  return { id, href: hrefOf(service, customers, id), '@type': 'CustomerLookup', customerId: id, name, status, kycStatus, ...match };
}

import type { Tx } from '#db/database';
import { unknownReference } from '#policy/reference';
import { listOf } from '../resource/json.ts';
import { boundCustomer, requireOwner } from '../resource/ownership.ts';

const isCustomerId = (id: unknown): id is string => typeof id === 'string' && /^CUST-\d{3,}$/.test(id);
const isAgentId = (id: unknown): id is string => typeof id === 'string' && /^AGT-(\d{3,}|SYS)$/.test(id);

/**
 * The customer a `relatedParty` names (DOMAIN §9 "TMF carriers"), or the one the request is bound to.
 * @param type resource that names it, for the refusal of somebody else's customer
 * @throws {PolicyViolation} reference.id.unknown; auth.customer.not_owner
 */
export async function namedCustomer(tx: Tx, type: string, relatedParty: unknown): Promise<string | null> {
  const parties = listOf(relatedParty).filter(({ id }) => isCustomerId(id));
  const named = parties.find(({ role }) => role === 'customer') ?? parties[0];
  if (!named) return boundCustomer() || null;
  const id = String(named['id']);
  if (!(await tx.one('SELECT 1 AS known FROM crm.customer WHERE id = $1', [id]))) throw unknownReference('customer', id, 'customer.list');
  requireOwner(type, id, id);
  return id;
}

/** The member of staff a `relatedParty` names, or null. @throws {PolicyViolation} reference.id.unknown */
export async function namedAgent(tx: Tx, relatedParty: unknown): Promise<{ id: string; active: boolean } | null> {
  const parties = listOf(relatedParty).filter(({ id }) => isAgentId(id));
  const named = parties.find(({ role }) => role === 'agent') ?? parties[0];
  if (!named) return null;
  const id = String(named['id']);
  const agent = await tx.one<{ id: string; active: boolean }>('SELECT id, active FROM crm.agent WHERE id = $1', [id]);
  if (!agent) throw unknownReference('agent', id, 'agents.list');
  return agent;
}

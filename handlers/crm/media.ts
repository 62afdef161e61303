import type { Tx } from '#db/database';
import { newContactRules, type ContactFacts, type CustomerState } from '#policy/customer';
import { enforce } from '#policy/rule';
import { requireContext } from '#runtime/context';
import type { Document } from '../resource/resource.ts';
import type { LiveMedium, MediaPlan, Medium } from './contact.ts';
import { nextMediumIds, type NewMedium } from './store-customer.ts';

/** Whose media they are; null members while the customer does not exist. */
export interface MediaOwner {
  readonly customerId: string | null;
  readonly state: CustomerState | null;
}

export const liveMedia = (tx: Tx, customerId: string): Promise<LiveMedium[]> =>
  tx.read<LiveMedium>('SELECT id, medium_type, value, valid_from FROM crm.contact_medium WHERE customer_id = $1 AND valid_to IS NULL ORDER BY valid_from, id FOR UPDATE', [customerId]);

/**
 * What policy asks about a medium that is to be added or changed. Locks an e-mail address until the
 * transaction ends, so that two customers cannot take it at the same time (I17).
 */
export async function contactFacts(tx: Tx, owner: MediaOwner, medium: Medium): Promise<ContactFacts> {
  const { mediumType, value, valid } = medium;
  const email = mediumType === 'email' && valid ? value : null;
  return { ...owner, mediumType, value, valid, takenBy: email === null ? null : await holderOf(tx, email, owner.customerId), setByCustomer: requireContext().role === 'customer' };
}

async function holderOf(tx: Tx, email: string, except: string | null): Promise<string | null> {
  await tx.read('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`email ${email.toLowerCase()}`]);
  const row = await tx.one<{ customerId: string }>(
    `SELECT customer_id FROM crm.contact_medium
     WHERE medium_type = 'email' AND valid_to IS NULL AND lower(value) = lower($1) AND customer_id IS DISTINCT FROM $2`, [email, except]);
  return row?.customerId ?? null;
}

/** Media with the ids they get, and the `contactMedium` that shows them. */
export interface MediaChange {
  readonly added: readonly NewMedium[];
  readonly changed: readonly { readonly id: string; readonly value: string | null }[];
  readonly removed: readonly LiveMedium[];
  readonly entries: readonly Document[];
}

/** Gives new media their ids. The rules are the caller's to ask. */
export async function mediaChange(tx: Tx, plan: MediaPlan): Promise<MediaChange> {
  const fresh = await nextMediumIds(tx, plan.added.length);
  const added = plan.added.map((medium, i) => ({ id: fresh[i]!, medium })); // as many ids as media
  const ids = new Map([...plan.kept, ...plan.changed].map(({ live, medium }) => [medium, live.id]));
  for (const { id, medium } of added) ids.set(medium, id);
  return {
    added: added.map(({ id, medium }) => ({ id, mediumType: medium.mediumType, value: medium.value })),
    changed: plan.changed.map(({ live, medium }) => ({ id: live.id, value: medium.value })),
    removed: plan.removed,
    entries: plan.shown.map(({ entry, medium }) => (medium ? { ...entry, id: ids.get(medium) } : entry)),
  };
}

/** @throws {PolicyViolation} customer.contact.value_invalid, customer.create.email_taken */
export async function enforceNewMedia(tx: Tx, media: readonly Medium[]): Promise<void> {
  for (const medium of media) enforce(newContactRules, await contactFacts(tx, { customerId: null, state: null }, medium));
}


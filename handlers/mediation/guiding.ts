import type { Tx } from '#db/database';
import type { components } from '#generated/types/subscription';
import { violation, violations } from '#policy/rule';
import { noLine, recordRules, usageMachine } from '#policy/usage';
import { ok } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import { listOf } from '../resource/json.ts';
import type { Document } from '../resource/resource.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { readingColumns, readingOf, recordFacts, specificationIdOf, type Reading } from './reading.ts';
import { rejectUsage } from './rejection.ts';
import { findSpecification } from './specification.ts';
import { moveUsage } from './store.ts';
import { lockUsage, usageEvent, type UsageRow } from './usage.ts';

type Line = components['schemas']['Subscription'];

/**
 * Finds the line that held the number when it was used (DOMAIN §5 F5.2) and sends the record on, or
 * turns it away. What a recycled record says is judged anew: it or its specification may have changed.
 * @throws {Unavailable | RemoteError} subscription does not answer now; nothing has changed
 */
export async function guideUsage(service: Service, row: UsageRow): Promise<void> {
  const specificationId = specificationIdOf(row.document);
  const specification = await findSpecification(service.db, specificationId);
  const reading = readingOf({ ...row.document, usageType: row.usageType }, specification, service.config);
  const { id: usageId, usageDate: eventTime, createdAt: receivedAt } = row;
  const [refusal] = violations(recordRules, recordFacts(service, { usageId, specificationId, specification, reading, eventTime, receivedAt }));
  const msisdn = reading.msisdn ?? '';
  const line = refusal ? null : await holderOf(service, msisdn, eventTime);
  const verdict = refusal ?? (line ? null : violation(noLine, { usageId, msisdn, eventTime, subscriptionId: null }));
  await service.db.tx(async (tx) => {
    const current = await lockUsage(tx, usageId);
    if (!current || current.recycleCount !== row.recycleCount || !usageMachine.can(current.status, 'guide')) return; // another worker was faster
    const at = service.clock.now();
    if (line && !verdict) await sendOn(tx, service, current, reading, line, at);
    else if (verdict) await rejectUsage(tx, current, verdict, at);
  });
}

/** The line that held the number at that moment, ended since or not. */
async function holderOf(service: Service, msisdn: string, at: Date): Promise<Line | null> {
  const [line] = await ok(service.clients.subscription.GET('/subscription', { params: { query: { msisdn, at: isoTime(at), limit: 1 } } }));
  return line ?? null;
}

async function sendOn(tx: Tx, service: Service, row: UsageRow, reading: Reading, line: Line, at: Date): Promise<void> {
  const move = usageMachine.move(tx, row.status, 'guide', null, { usageId: row.id });
  const { id: subscriptionId, customerId, offeringId } = line;
  const stored = await moveUsage(tx, move, row, {
    ...readingColumns(reading), specificationId: specificationIdOf(row.document), subscriptionId, customerId, offeringId, document: withCustomer(service, row.document, customerId),
  }, at);
  const heldAllowances = line.balances.map(({ allowance }) => allowance);
  recordMove(tx, move, row.id, { ...usageEvent(stored), offeringId, heldAllowances });
}

/** The customer of the line is a party of the record, so that a client finds it by `relatedParty.id`. */
function withCustomer(service: Service, document: Document, id: string): Document {
  const { relatedParty } = document;
  const parties = listOf(relatedParty);
  if (parties.some((party) => party['id'] === id)) return document;
  const href = service.hrefOf('crm', `/tmf-api/customerManagement/v4/customer/${id}`);
  return { ...document, relatedParty: [...parties, { id, href, role: 'customer', '@referredType': 'Customer' }] };
}

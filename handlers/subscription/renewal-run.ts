import type { Tx } from '#db/database';
import { runWith, systemContext } from '#runtime/context';
import { runFor } from '#runtime/origin';
import type { Service } from '../service.ts';
import { inBatches, type Sweep, type SweepResult } from '../sweep.ts';
import { claim, fallDue, isRefundable, skip } from './due.ts';
import { leaseMs } from './lease.ts';
import { lockLine, type Line } from './line.ts';
import { nextBoundary } from './period.ts';
import { lockRenewal, type Renewal } from './renewal.ts';
import { returnMoney, settleRenewal } from './renewal-settlement.ts';
import { leaseDue } from './store-renewal.ts';

/**
 * Lines charged at the same time: a gateway that is slow for one holds up few others. Nothing is leased that does not begin
 * at once, so that a lease outlasts its charge.
 */
export const lanes = 8;

/** A live line whose boundary has come and is written down nowhere; a declined one waits for its customer. */
const metBoundarySql = `FROM subscription.subscription s
  WHERE s.state IN ('active', 'blocked') AND s.block_reason IS DISTINCT FROM 'payment_failed'
    AND NOT EXISTS (SELECT 1 FROM subscription.renewal r WHERE r.subscription_id = s.id AND r.boundary = s.period_end)`;

/** Sweep renewal (DOMAIN §5 F3): charges every line whose boundary has come. */
export const renewalSweep = (service: Service): Sweep => ({
  name: 'renewal',
  everyMs: service.config.renewalTickSeconds * 1000,
  due: async () => (await service.db.one<{ at: Date }>(`SELECT s.period_end AS at ${metBoundarySql} ORDER BY s.period_end LIMIT 1`))?.at ?? null,
  run: async () => {
    const waiting = await inBatches(lanes, () => carryOnDue(service));
    const fresh = await inBatches(service.config.renewalBatch, () => renewBatch(service));
    return { examined: waiting.examined + fresh.examined, changed: waiting.changed + fresh.changed, failed: waiting.failed + fresh.failed };
  },
});

async function renewBatch(service: Service): Promise<SweepResult> {
  const due = await service.db.read<{ id: string }>(
    `SELECT s.id ${metBoundarySql} AND s.period_end <= $1 ORDER BY s.period_end, s.id LIMIT $2`, [service.clock.now(), service.config.renewalBatch]);
  return inLanes(due, async ({ id }) => {
    // A renewal by the clock is the operator's own doing, whoever moved the clock.
    await runWith(systemContext(service.name), async () => {
      const claimed = await service.db.tx((tx) => claimMet(tx, service, id));
      if (claimed) await settleRenewal(service, claimed);
    });
  }, (error, { id }) => { service.log.warn({ err: error, subscriptionId: id }, 'a line could not be renewed; it is tried again'); });
}

/** Locks a line that is still to be renewed and takes its renewal; null when somebody else has it. */
async function claimMet(tx: Tx, service: Service, id: string): Promise<Renewal | null> {
  const line = await tx.one<Line>(`SELECT s.* ${metBoundarySql} AND s.id = $1 AND s.period_end <= $2 FOR UPDATE SKIP LOCKED`, [id, service.clock.now()]);
  if (!line) return null;
  const renewal = await fallDue(tx, service, line);
  return renewal.state === 'due' ? claim(tx, service, line, renewal, null) : null;
}

/** Goes on with renewals whose time has come: payment was away, a process died, a card was added, money goes back. */
export async function carryOnDue(service: Service): Promise<SweepResult> {
  const due = await service.db.tx((tx) => leaseDue(tx, service.clock.tick(), leaseMs(service), lanes));
  return inLanes(due, (renewal) => runFor(service.name, renewal, () => carryOn(service, renewal)), (error, { id }) => {
    service.log.warn({ err: error, renewalId: id }, 'a renewal could not be settled; it is tried again');
  });
}

/** One step with a leased renewal. */
async function carryOn(service: Service, renewal: Renewal): Promise<void> {
  if (renewal.state === 'skipped') return returnMoney(service, renewal);
  const claimed = renewal.state === 'due' ? await service.db.tx((tx) => reclaim(tx, service, renewal)) : renewal;
  if (claimed) await settleRenewal(service, claimed);
}

/** Takes a renewal that is due again, or the one of a boundary that has passed since. */
export async function reclaim(tx: Tx, service: Service, { id, subscriptionId }: Renewal, requestKey: string | null = null): Promise<Renewal | null> {
  const line = await lockLine(tx, subscriptionId);
  const current = await lockRenewal(tx, id);
  if (!line || current?.state !== 'due') return null;
  if (line.state === 'terminated') {
    await skip(tx, line, current, 'terminated', service.clock.now());
    return null;
  }
  const renewal = isOvertaken(service, line, current) ? await fallDue(tx, service, line) : current;
  return renewal.state === 'due' ? claim(tx, service, line, renewal, requestKey) : null;
}

/** A later boundary has passed. After a decline the period begins with the money, so that no boundary overtakes it. */
const isOvertaken = ({ clock, config }: Service, { anchor }: Line, renewal: Renewal): boolean =>
  renewal.attempt === 1 && anchor !== null && !isRefundable(renewal) && nextBoundary(renewal.boundary, anchor, config.timezone) <= clock.now();

/** Works on rows in a few lanes; what fails is told and stays due. */
async function inLanes<Row>(rows: readonly Row[], work: (row: Row) => Promise<void>, onError: (error: unknown, row: Row) => void): Promise<SweepResult> {
  const queue = [...rows];
  let failed = 0;
  const lane = async (): Promise<void> => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      try {
        await work(row);
      } catch (error) {
        failed += 1;
        onError(error, row);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, rows.length) }, lane));
  return { examined: rows.length, changed: rows.length - failed, failed };
}

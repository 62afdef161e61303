import type { Tx } from '#db/database';
import type { UsageKind, UsageState } from '#policy/usage';
import { isoTime } from '#runtime/clock';
import type { Origin } from '#runtime/origin';
import type { Allowance, BaseUnit } from '#runtime/quantity';
import { extensionsOf } from '../resource/extensions.ts';
import { verdictAttribute } from '../resource/verdict.ts';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';

/** A row of mediation.usage. */
export interface UsageRow extends ResourceRow, Origin {
  /** When the use took place. */
  readonly usageDate: Date;
  readonly usageType: string | null;
  readonly status: UsageState;
  /** The specification it names, if that is stored. */
  readonly specificationId: string | null;
  readonly msisdn: string | null;
  readonly eventType: UsageKind | null;
  /** Base units. */
  readonly quantity: number | null;
  readonly unit: BaseUnit | null;
  readonly roaming: boolean;
  readonly source: string | null;
  readonly rawCdrRef: string | null;
  readonly subscriptionId: string | null;
  readonly customerId: string | null;
  readonly offeringId: string | null;
  readonly allowance: Allowance | null;
  /** Drawn from the line, in base units; null until it was tried. */
  readonly consumed: number | null;
  readonly unratedExcess: number | null;
  readonly policyViolation: Document | null;
  readonly recycleCount: number;
  readonly attempts: number;
  readonly nextRunMs: number;
  readonly leaseUntilMs: number | null;
}

/** What the source reported and charging goes by. */
const reportedAttributes = ['usageDate', 'usageType', 'usageCharacteristic', 'usageSpecification'];

const reads = ['subscriptionId', 'customerId', 'msisdn', 'allowance', 'consumed', 'unratedExcess', 'recycleCount', 'policyViolation'] as const satisfies readonly (keyof UsageRow)[];

/** TMF635 usage. */
export const usages: ResourceDefinition<UsageRow, (typeof reads)[number]> = {
  key: 'TMF635.usage',
  table: 'mediation.usage',
  columns: {
    usageDate: { column: 'usage_date', type: 'timestamptz' },
    usageType: { column: 'usage_type', type: 'text' },
    status: { column: 'status', type: 'text' },
    subscriptionId: { sql: 'r.subscription_id', type: 'text' },
    customerId: { sql: 'r.customer_id', type: 'text' },
    msisdn: { sql: 'r.msisdn', type: 'text' },
    allowance: { sql: 'r.allowance', type: 'text' },
    consumed: { sql: 'r.consumed', type: 'numeric' },
    unratedExcess: { sql: 'r.unrated_excess', type: 'numeric' },
    recycleCount: { sql: 'r.recycle_count', type: 'numeric' },
    [`${verdictAttribute}.reason`]: { sql: "r.policy_violation->>'reason'", type: 'text' },
  },
  shown: { [verdictAttribute]: 'r.policy_violation' },
  sortNewest: 'created_at',
  ownerColumn: 'customer_id',
  extensions: extensionsOf('TMF635.usage'),
  // A record may be corrected until a line was found: from then on charging has gone by it.
  readOnly: (row) => ['status', 'ratedProductUsage', ...(row.status === 'rejected' && row.subscriptionId === null ? [] : reportedAttributes)],
  mandatory: ['usageSpecification', 'usageDate', 'status'],
  stateAttribute: 'status',
  reads,
  project: ({ subscriptionId, customerId, msisdn, allowance, consumed, unratedExcess, recycleCount, policyViolation }) =>
    ({ subscriptionId, customerId, msisdn, allowance, consumed, unratedExcess, recycleCount, [verdictAttribute]: policyViolation }),
  payload: usageEvent,
  permits: {},
};

/** What every event of a usage carries (DOMAIN §7); null where it is not known yet. */
export function usageEvent(row: UsageRow): Document {
  return {
    usageId: row.id, customerId: row.customerId, subscriptionId: row.subscriptionId, msisdn: row.msisdn, eventTime: isoTime(row.usageDate),
    eventType: row.eventType, quantity: row.quantity, unit: row.unit, roaming: row.roaming, allowance: row.allowance, consumed: row.consumed,
    unratedExcess: row.unratedExcess, recycleCount: row.recycleCount,
  };
}

export const lockUsage = (tx: Tx, id: string): Promise<UsageRow | null> =>
  tx.one<UsageRow>('SELECT * FROM mediation.usage WHERE id = $1 FOR UPDATE', [id]);

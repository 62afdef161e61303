import type pg from 'pg';

/** An invariant of DOMAIN §8 that a query proves; the query returns the rows that break it. */
export interface Invariant {
  readonly id: string;
  readonly statement: string;
  readonly sql: string;
}

export interface Breach {
  readonly id: string;
  readonly statement: string;
  /** At most ten of the rows that break it. */
  readonly rows: readonly Record<string, unknown>[];
}

const rowsMax = 10;

/**
 * The Q rows of DOMAIN §8, where U and C rows are constraints and cannot be broken; and two of our own: `money`, SCENARIOS §2
 * "bills = captures", and `renewal`, which I8 says of the bill's id only.
 */
export const invariants: readonly Invariant[] = [
  {
    id: 'I4', statement: 'an active line has something left of every blocking allowance',
    sql: `SELECT s.id, a AS allowance FROM subscription.subscription s, unnest(s.blocking_allowances) a WHERE s.state = 'active'
      AND NOT EXISTS (SELECT 1 FROM subscription.bucket b WHERE b.subscription_id = s.id AND b.allowance = a
        AND b.closed_at IS NULL AND (b.unlimited OR b.consumed < b.total))`,
  },
  {
    id: 'I13', statement: 'a bill is the sum of its rates',
    sql: `SELECT b.id, b.amount_minor FROM billing.customer_bill b
      WHERE b.amount_minor IS DISTINCT FROM (SELECT sum(r.amount_minor) FROM billing.applied_rate r WHERE r.bill_id = b.id)`,
  },
  {
    id: 'money', statement: 'what was captured is billed, what was given back is credited, and neither twice',
    sql: `SELECT p.id, p.captured_minor AS moved, b.minor AS billed FROM payment.payment p CROSS JOIN LATERAL (
          SELECT coalesce(sum(amount_minor), 0) AS minor FROM billing.customer_bill WHERE payment_id = p.id AND category = 'normal') b
        WHERE p.captured_minor <> b.minor
      UNION ALL SELECT p.id, p.refunded_minor, r.minor FROM payment.payment p CROSS JOIN LATERAL (
          SELECT coalesce(sum(amount_minor), 0) AS minor FROM payment.refund WHERE payment_id = p.id AND status IN ('pendingAuthorization', 'done')) r
        WHERE p.refunded_minor <> r.minor
      UNION ALL SELECT r.id, r.amount_minor, -b.minor FROM payment.refund r CROSS JOIN LATERAL (
          SELECT coalesce(sum(amount_minor), 0) AS minor FROM billing.customer_bill WHERE refund_id = r.id) b
        WHERE (CASE r.status WHEN 'done' THEN r.amount_minor ELSE 0 END) <> -b.minor
      UNION ALL SELECT b.id, 0, b.amount_minor FROM billing.customer_bill b
        WHERE b.payment_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payment.payment p WHERE p.id = b.payment_id)`,
  },
  {
    id: 'renewal', statement: 'a captured renewal has the bill of what it charged, and no two have the same',
    sql: `SELECT r.id, r.bill_id, r.price_minor AS charged, b.amount_minor AS billed FROM subscription.renewal r LEFT JOIN billing.customer_bill b ON b.id = r.bill_id
        WHERE r.state = 'captured' AND b.amount_minor IS DISTINCT FROM r.price_minor
      UNION ALL SELECT max(id), bill_id, count(*), 1 FROM subscription.renewal WHERE state = 'captured' GROUP BY bill_id HAVING count(*) > 1`,
  },
  {
    id: 'I18', statement: 'a settled case has no open tickets',
    sql: `SELECT c.id, t.id AS ticket_id FROM crm.case c JOIN crm.ticket t ON t.case_id = c.id
      WHERE c.state IN ('resolved', 'closed') AND t.status IN ('acknowledged', 'inProgress', 'pending', 'held')`,
  },
  {
    id: 'I23', statement: 'the events of every aggregate are gapless and chained',
    sql: 'SELECT * FROM audit.verify_chain()',
  },
  {
    id: 'I25', statement: 'an assigned number has a live line, or one whose deprovisioning is not done',
    sql: `SELECT m.msisdn FROM inventory.msisdn m LEFT JOIN subscription.subscription s ON s.id = m.subscription_id
      WHERE m.status = 'assigned' AND (s.id IS NULL OR s.state = 'terminated' AND NOT EXISTS (
        SELECT 1 FROM service_inventory.service_order o WHERE o.subscription_id = s.id AND o.action = 'delete' AND o.state <> 'completed'))`,
  },
  {
    id: 'I26', statement: 'a completed add order has a line and a bill',
    sql: `SELECT o.id FROM order_mgmt.product_order o JOIN order_mgmt.order_item i ON i.order_id = o.id
      LEFT JOIN subscription.subscription s ON s.order_id = o.id
      WHERE o.state = 'completed' AND i.action = 'add' AND (s.id IS NULL OR s.activation_bill_id IS NULL)`,
  },
  {
    id: 'I27', statement: 'nothing stays reserved for an order that is over',
    sql: `SELECT m.msisdn AS item, o.id AS order_id FROM inventory.msisdn m JOIN order_mgmt.product_order o ON o.id = m.reserved_by
        WHERE o.state IN ('rejected', 'failed', 'cancelled')
      UNION ALL SELECT e.iccid, o.id FROM inventory.esim e JOIN order_mgmt.product_order o ON o.id = e.reserved_by
        WHERE o.state IN ('rejected', 'failed', 'cancelled')`,
  },
];

/**
 * Runs every invariant query; needs a role that reads all schemas (bss_report).
 * @returns the broken ones, none when all is well
 */
export async function checkInvariants(client: Pick<pg.Client, 'query'>): Promise<Breach[]> {
  const breaches: Breach[] = [];
  for (const { id, statement, sql } of invariants) {
    const result = await client.query(`SELECT * FROM (${sql}) broken LIMIT ${rowsMax}`);
    if (result.rows.length > 0) breaches.push({ id, statement, rows: result.rows });
  }
  return breaches;
}

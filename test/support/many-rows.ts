/** Large tables in seconds: rows as the services write them, inserted set-wise as the superuser. */
import type pg from 'pg';

/** Rows of a customer in every other table. */
export const rowsPerCustomer = 10;

/** The first row's instant; each next one is five minutes later. */
export const firstAt = '2025-01-01T00:00:00Z';

const id = (prefix: string, number: string): string => `'${prefix}-' || lpad((${number})::text, greatest(3, length((${number})::text)), '0')`;
const customer = id('CUST', `i % greatest(1, $1 / ${rowsPerCustomer}) + 1`);
const account = id('BA', `i % greatest(1, $1 / ${rowsPerCustomer}) + 1`);
const at = `(timestamptz '${firstAt}' + i * interval '5 minutes')`;
const iso = `to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const party = `jsonb_build_array(jsonb_build_object('id', ${customer}, 'role', 'customer', '@referredType', 'Customer'))`;
const money = `jsonb_build_object('unit', 'SGD', 'value', 10)`;

const statements = {
  customer: `INSERT INTO crm.customer (id, name, status, kyc_status, kyc_verified_at, document, created_at, updated_at)
    SELECT ${id('CUST', 'i')}, 'Ada ' || i, CASE WHEN i % 50 = 0 THEN 'closed' ELSE 'active' END, 'verified', ${at}, jsonb_build_object(
      'engagedParty', jsonb_build_object('id', 'Ada ' || i, 'name', 'Ada ' || i, '@referredType', 'Individual'),
      'contactMedium', jsonb_build_array(jsonb_build_object('id', ${id('CM', 'i')}, 'preferred', true, 'mediumType', 'email',
        'characteristic', jsonb_build_object('emailAddress', 'ada.' || i || '@example.sg')))), ${at}, ${at}
    FROM generate_series(1, $1::int) i`,
  productOrder: `INSERT INTO order_mgmt.product_order (id, state, customer_id, order_date, completion_date, document, created_at, updated_at)
    SELECT ${id('ORD', 'i')}, CASE WHEN i % 100 = 0 THEN 'failed' ELSE 'completed' END, ${customer}, ${at}, ${at}, jsonb_build_object(
      'relatedParty', ${party}, 'productOrderItem', jsonb_build_array(jsonb_build_object('id', '1', 'action', 'add', 'quantity', 1,
        'productOffering', jsonb_build_object('id', 'PLAN_S')))), ${at}, ${at}
    FROM generate_series(1, $1::int) i`,
  orderItem: `INSERT INTO order_mgmt.order_item (order_id, item_id, action, state, offering_id, offering_name, price_id, price_name, price_minor, currency, subscription_id)
    SELECT ${id('ORD', 'i')}, '1', 'add', 'completed', 'PLAN_S', 'Lite', 'PRICE_PLAN_S', 'Lite price', 1000, 'SGD', ${id('SUB', 'i')}
    FROM generate_series(1, $1::int) i`,
  saga: `INSERT INTO order_mgmt.saga (order_id, action, attempts, run, data, steps, step_since, actor, channel, traceparent)
    SELECT ${id('ORD', 'i')}, 'add', 0, 9, jsonb_build_object('paymentId', ${id('PAY', 'i')}, 'serviceOrderId', ${id('SO', 'i')}),
      (SELECT jsonb_agg(jsonb_build_object('name', name, 'state', 'done', 'attempts', 1, 'startedAt', ${iso}, 'finishedAt', ${iso}, 'error', NULL))
        FROM unnest(ARRAY['start', 'authorize', 'requestService', 'awaitService', 'createLine', 'assignNumber', 'capture', 'activate', 'close']) name),
      ${at}, 'cli', 'system', '00-00000000000000000000000000000001-0000000000000001-01'
    FROM generate_series(1, $1::int) i`,
  service: `INSERT INTO service_inventory.service (id, state, managed, kind, specification_id, parent_id, customer_id, order_id, subscription_id, msisdn, service_date, document, created_at, updated_at)
    SELECT ${id('SVC', 'i')}, CASE WHEN i % 100 < 3 THEN 'terminated' ELSE 'active' END, true,
      CASE WHEN i % 3 = 1 THEN 'customer_facing' ELSE 'resource_facing' END, CASE WHEN i % 3 = 1 THEN 'CFS_MOBILE_BROADBAND' ELSE 'RFS_DATA' END,
      CASE WHEN i % 3 = 1 THEN NULL ELSE ${id('SVC', 'i - (i + 2) % 3')} END, ${customer}, ${id('ORD', '(i + 2) / 3')}, ${id('SUB', '(i + 2) / 3')}, (90000000 + i)::text, ${at}, jsonb_build_object(
      'name', 'Mobile broadband', 'category', 'CFS', 'serviceType', 'CFS_MOBILE_BROADBAND', 'relatedParty', ${party},
      'serviceSpecification', jsonb_build_object('id', 'CFS_MOBILE_BROADBAND', 'name', 'Mobile broadband'),
      'serviceCharacteristic', jsonb_build_array(jsonb_build_object('name', 'msisdn', 'value', (90000000 + i)::text, 'valueType', 'string'),
        jsonb_build_object('name', 'subscriptionId', 'value', ${id('SUB', '(i + 2) / 3')}, 'valueType', 'string'))), ${at}, ${at}
    FROM generate_series(1, $1::int) i`,
  serviceHistory: `INSERT INTO service_inventory.service_history (service_id, from_state, to_state, trigger, actor, at)
    SELECT ${id('SVC', 'i')}, from_state, to_state, trigger, 'cli', ${at}
    FROM generate_series(1, $1::int) i, (VALUES (NULL, 'designed', 'design'), ('designed', 'active', 'activate')) moves (from_state, to_state, trigger)`,
  usage: `INSERT INTO mediation.usage (id, document, usage_date, usage_type, status, specification_id, msisdn, event_type, quantity, unit, roaming, source, raw_cdr_ref,
      subscription_id, customer_id, offering_id, allowance, consumed, unrated_excess, recycle_count, actor, channel, traceparent, attempts, next_run_ms, created_at, updated_at)
    SELECT ${id('USG', 'i')}, jsonb_build_object('description', 'data', 'usageSpecification', jsonb_build_object('id', 'USPEC_DATA', 'name', 'Data'),
      'usageCharacteristic', jsonb_build_array(jsonb_build_object('name', 'msisdn', 'value', (90000000 + i % 10000)::text, 'valueType', 'string')),
      'relatedParty', ${party}), ${at}, 'data', CASE WHEN i % 100 = 0 THEN 'billed' ELSE 'rated' END, 'USPEC_DATA', (90000000 + i % 10000)::text, 'data', 1000, 'byte', false, 'pgw', 'cdr-' || i,
      ${id('SUB', 'i % 10000 + 1')}, ${customer}, 'PLAN_S', 'data', 1000, 0, 0, 'cli', 'system', '00-00000000000000000000000000000001-0000000000000001-01', 0, 0, ${at}, ${at}
    FROM generate_series(1, $1::int) i`,
  billingAccount: `INSERT INTO billing.billing_account (id, customer_id, name, currency, created_at, updated_at)
    SELECT ${id('BA', 'i')}, ${id('CUST', 'i')}, 'Ada ' || i, 'SGD', ${at}, ${at} FROM generate_series(1, greatest(1, $1::int / ${rowsPerCustomer})) i`,
  customerBill: `INSERT INTO billing.customer_bill (id, document, bill_no, bill_date, state, category, customer_id, billing_account_id, order_id, subscription_id, payment_id, brand, last4,
      operator_name, currency, amount_minor, tax_excluded_minor, tax_minor, tax_rate_bp, created_at, updated_at)
    SELECT ${id('BILL', 'i')}, jsonb_build_object('runType', 'offCycle', 'amountDue', ${money}, 'relatedParty', ${party}, 'paymentDueDate', ${iso},
      'billDocument', jsonb_build_array(jsonb_build_object('id', ${id('BILL', 'i')}, 'name', 'Receipt', 'mimeType', 'application/json', 'attachmentType', 'receipt')),
      'billingAccount', jsonb_build_object('id', ${account}, 'name', 'Ada', '@referredType', 'BillingAccount'), 'remainingAmount', ${money}, 'taxIncludedAmount', ${money},
      'appliedPayment', jsonb_build_array(jsonb_build_object('appliedAmount', ${money}, 'payment', jsonb_build_object('id', ${id('PAY', 'i')}, '@referredType', 'Payment')))),
      lpad(i::text, 8, '0'), ${at}, CASE WHEN i % 100 = 0 THEN 'onHold' ELSE 'settled' END, 'normal', ${customer}, ${account}, ${id('ORD', 'i')}, ${id('SUB', 'i')}, ${id('PAY', 'i')}, 'visa', '4242',
      'BSS-CLI Mobile', 'SGD', 1000, 917, 83, 900, ${at}, ${at}
    FROM generate_series(1, $1::int) i`,
  payment: `INSERT INTO payment.payment (id, created_at, updated_at, account_id, purpose, sale, items, status, status_date, currency, amount_minor, authorized_minor, captured_minor, refunded_minor,
      bill_id, ending, capturing_minor, gateway_attempts)
    SELECT ${id('PAY', 'i')}, ${at}, ${at}, ${account}, 'charge', true, '[]', CASE WHEN i % 100 = 0 THEN 'denied' ELSE 'captured' END, ${at}, 'SGD', 1000, paid, paid, 0,
      CASE WHEN paid > 0 THEN ${id('BILL', 'i')} END, CASE WHEN paid > 0 THEN 'capture' END, nullif(paid, 0), CASE WHEN paid > 0 THEN 1 ELSE 0 END
    FROM generate_series(1, $1::int) i, LATERAL (SELECT CASE WHEN i % 100 = 0 THEN 0 ELSE 1000 END AS paid) p`,
  refund: `INSERT INTO payment.refund (id, created_at, updated_at, payment_id, status, status_date, currency, amount_minor, gateway_attempts)
    SELECT ${id('RFND', 'i')}, ${at}, ${at}, CASE WHEN i % 100 > 0 THEN ${id('PAY', 'i')} END, CASE WHEN i % 100 = 0 THEN 'denied' ELSE 'failed' END, ${at}, 'SGD', 0, sign(i % 100)
    FROM generate_series(1, $1::int) i`,
  task: `INSERT INTO provisioning.task (id, request_id, task_type, state, action, undo, service_order_id, duration_ms, attempts, next_run_ms, skip_faults, order_ended, actor, channel, traceparent,
      finished_at, created_at, updated_at)
    SELECT ${id('PTK', 'i')}, 'R-' || i, 'HLR_PROVISION', 'completed', 'add', false, ${id('SO', '(i + 3) / 4')}, 500, 1, 0, false, false, 'cli', 'system',
      '00-00000000000000000000000000000001-0000000000000001-01', ${at}, ${at}, ${at}
    FROM generate_series(1, $1::int) i`,
  activation: `INSERT INTO provisioning.activation (id, state, service_id, wanted_state, created_at, updated_at)
    SELECT ${id('PTK', '10000000 + i')}, 'completed', ${id('SVC', 'i')}, 'active', ${at}, ${at} FROM generate_series(1, $1::int) i`,
} as const;

export const bigTables = ['crm.customer', 'order_mgmt.product_order', 'order_mgmt.order_item', 'order_mgmt.saga', 'service_inventory.service',
  'service_inventory.service_history', 'mediation.usage', 'billing.billing_account', 'billing.customer_bill', 'payment.payment', 'payment.refund',
  'provisioning.task', 'provisioning.activation'] as const;

/** Fills each of the big tables, has them analysed and their visibility known. */
export async function manyRows(client: pg.Client, count: number): Promise<void> {
  for (const text of Object.values(statements)) await client.query(text.replaceAll('$1::int', String(count)).replaceAll('$1', String(count)));
  for (const table of bigTables) await client.query(`VACUUM ANALYZE ${table}`);
}

/** What may still be under way, by name; each query answers the ids of such work. */
export const unsettled: Readonly<Record<string, string>> = {
  'unpublished event': 'SELECT position::text AS id FROM audit.event_delivery WHERE published_ms IS NULL',
  'undelivered message': "SELECT queue || ' ' || event_type || ' ' || coalesce(last_error, '') AS id FROM integrations.queue_message WHERE state = 'waiting'",
  'catalog job': "SELECT id || ' ' || status AS id FROM catalog.job WHERE next_run_ms IS NOT NULL",
  'hub delivery': "SELECT hub_id || ' ' || event_name || ' ' || aggregate_id || ' ' || coalesce(last_error, '') AS id FROM integrations.hub_delivery WHERE state IN ('new', 'waiting')",
  'order step': "SELECT order_id || ' ' || step || ' ' || coalesce(last_error, '') AS id FROM order_mgmt.saga WHERE next_run_ms IS NOT NULL AND NOT (step = 'awaitChange' AND attempts > 0)",
  'service order step': "SELECT id || ' ' || step AS id FROM service_inventory.service_order WHERE next_run_ms IS NOT NULL",
  'provisioning task': "SELECT id || ' ' || state || ' ' || coalesce(last_error, '') AS id FROM provisioning.task WHERE state IN ('pending', 'running')",
  payment: 'SELECT id FROM payment.payment WHERE next_run_ms IS NOT NULL',
  refund: 'SELECT id FROM payment.refund WHERE next_run_ms IS NOT NULL',
  'top-up': "SELECT id FROM subscription.vas_purchase WHERE state = 'charging'",
  renewal: "SELECT id || ' ' || state AS id FROM subscription.renewal WHERE next_run_ms IS NOT NULL",
  'price migration': 'SELECT id FROM subscription.price_migration WHERE next_run_ms IS NOT NULL',
  usage: "SELECT id || ' ' || status AS id FROM mediation.usage WHERE status IN ('received', 'guided', 'recycled')",
  rating: "SELECT usage_id AS id FROM rating.rated_usage WHERE state = 'pending'",
};

/** One statement, so that work moving from one place to the next is seen in one of them. */
export const unsettledSql = Object.entries(unsettled)
  .map(([what, sql]) => `(SELECT '${what}' AS what, id FROM (${sql} LIMIT 5) w)`).join(' UNION ALL ');

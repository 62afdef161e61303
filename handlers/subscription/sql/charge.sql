-- Draws one use from the buckets of an active line whose row is locked (DOMAIN §5 F5.4): the unlimited
-- bucket first, then the earliest expiry; what no bucket holds is excess. Keeps what was drawn (I20) and,
-- when a blocking allowance is at zero, blocks the line in the same statement (P3, F6.1).
--   $1 line, $2 usage, $3 allowance, $4 quantity in base units, $5 now, $6 event time, $7 round, $8 actor, $9 channel
-- A bucket that ends with the period stays in use until the renewal has replaced it (F3.3).
WITH usable AS (
  SELECT b.id, b.unlimited, b.total - b.consumed AS room,
    sum(CASE WHEN b.unlimited THEN $4::bigint ELSE b.total - b.consumed END) OVER drawing AS room_before
  FROM subscription.bucket b
  JOIN subscription.subscription s ON s.id = b.subscription_id
  WHERE s.id = $1 AND s.state = 'active' AND b.allowance = $3 AND b.closed_at IS NULL
    AND (b.expires_at > $5 OR b.expires_at >= s.period_end) AND (b.unlimited OR b.consumed < b.total)
  WINDOW drawing AS (ORDER BY b.unlimited DESC, b.expires_at, b.created_at, b.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), share AS (
  SELECT id, unlimited, room, least(CASE WHEN unlimited THEN $4::bigint ELSE room END, greatest($4::bigint - coalesce(room_before, 0), 0))::bigint AS amount
  FROM usable
), drawn AS (
  UPDATE subscription.bucket b SET consumed = b.consumed + share.amount
  FROM share WHERE b.id = share.id AND share.amount > 0
), charge AS (
  SELECT coalesce(sum(amount), 0)::bigint AS consumed, coalesce(bool_or(unlimited), false) AS unlimited,
    coalesce(sum(room - amount) FILTER (WHERE NOT unlimited), 0)::bigint AS remaining
  FROM share
), applied AS (
  INSERT INTO subscription.usage_application
    (usage_id, subscription_id, allowance, quantity, consumed, unrated_excess, rule, recycle_count, event_time, applied_at)
  SELECT $2, $1, $3, $4::bigint, consumed, $4::bigint - consumed, NULL, $7, $6, $5 FROM charge
  ON CONFLICT (usage_id) DO UPDATE SET allowance = excluded.allowance, quantity = excluded.quantity, consumed = excluded.consumed,
    unrated_excess = excluded.unrated_excess, rule = NULL, recycle_count = excluded.recycle_count, applied_at = excluded.applied_at
), blocked AS (
  UPDATE subscription.subscription s SET state = 'blocked', block_reason = 'exhausted', rev = s.rev + 1, updated_at = $5
  FROM charge WHERE s.id = $1 AND s.state = 'active' AND $3 = ANY (s.blocking_allowances) AND NOT charge.unlimited AND charge.remaining = 0
  RETURNING s.id
), noted AS (
  INSERT INTO subscription.subscription_history (subscription_id, from_state, to_state, trigger, reason, block_reason, actor, channel, at)
  SELECT id, 'active', 'blocked', 'exhaust', 'exhausted', 'exhausted', $8, $9, $5 FROM blocked
)
SELECT charge.consumed, $4::bigint - charge.consumed AS unrated_excess,
  CASE WHEN charge.unlimited THEN NULL ELSE charge.remaining END AS remaining, EXISTS (SELECT 1 FROM blocked) AS blocked
FROM charge

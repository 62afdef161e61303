-- When an event came by the machine's clock, which nobody moves: what the purge of an inbox goes by.
DO $$
DECLARE
  owner_schema text;
BEGIN
  FOREACH owner_schema IN ARRAY ARRAY['catalog', 'crm', 'payment', 'billing', 'order_mgmt', 'service_inventory',
    'subscription', 'mediation', 'rating', 'provisioning']
  LOOP
    EXECUTE format('ALTER TABLE %I.inbox ADD COLUMN received_ms bigint', owner_schema);
    -- Rows of before count from their business time.
    EXECUTE format('UPDATE %I.inbox SET received_ms = (extract(epoch FROM received_at) * 1000)::bigint', owner_schema);
    EXECUTE format('ALTER TABLE %I.inbox ALTER COLUMN received_ms SET NOT NULL', owner_schema);
    -- Arrivals only grow, so a BRIN finds the oldest pages at next to no cost per event.
    EXECUTE format('CREATE INDEX inbox_received ON %I.inbox USING brin (received_ms)', owner_schema);
  END LOOP;
END $$;

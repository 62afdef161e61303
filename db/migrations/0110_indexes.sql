-- How lists are read (TMF.md §2): newest first with the id deciding among equals, by what a document
-- holds, and by state. `bench/read.ts` measures them, `test/db/plans.test.ts` holds them to their use.

-- Exactly the order of a list (handlers/resource/sort.ts), so that a page is read and never sorted,
-- and the rows before an offset are skipped in the index alone.
DROP INDEX order_mgmt.product_order_newest;
CREATE INDEX product_order_newest ON order_mgmt.product_order (order_date DESC, length(id) DESC, id COLLATE "C" DESC);
DROP INDEX order_mgmt.cancel_product_order_newest;
CREATE INDEX cancel_product_order_newest ON order_mgmt.cancel_product_order (created_at DESC, length(id) DESC, id COLLATE "C" DESC);
DROP INDEX crm.customer_created;
CREATE INDEX customer_newest ON crm.customer (created_at DESC, length(id) DESC, id COLLATE "C" DESC);
CREATE INDEX interaction_newest ON crm.interaction (created_at DESC, length(id) DESC, id COLLATE "C" DESC);
CREATE INDEX ticket_newest ON crm.ticket (created_at DESC, length(id) DESC, id COLLATE "C" DESC);
DROP INDEX service_inventory.service_newest;
CREATE INDEX service_newest ON service_inventory.service (created_at DESC, length(id) DESC, id COLLATE "C" DESC);
DROP INDEX service_inventory.service_order_newest;
CREATE INDEX service_order_newest ON service_inventory.service_order (order_date DESC, length(id) DESC, id COLLATE "C" DESC);
DROP INDEX mediation.usage_created;
CREATE INDEX usage_newest ON mediation.usage (created_at DESC, length(id) DESC, id COLLATE "C" DESC);
CREATE INDEX usage_latest ON mediation.usage (usage_date DESC, length(id) DESC, id COLLATE "C" DESC);
DROP INDEX billing.customer_bill_newest;
CREATE INDEX customer_bill_newest ON billing.customer_bill (bill_date DESC, length(id) DESC, id COLLATE "C" DESC);
DROP INDEX billing.applied_rate_newest;
CREATE INDEX applied_rate_newest ON billing.applied_rate (created_at DESC, length(id) DESC, id COLLATE "C" DESC);
DROP INDEX payment.payment_newest;
CREATE INDEX payment_newest ON payment.payment (created_at DESC, length(id) DESC, id COLLATE "C" DESC);
DROP INDEX payment.refund_newest;
CREATE INDEX refund_newest ON payment.refund (created_at DESC, length(id) DESC, id COLLATE "C" DESC);

-- Attributes of documents by equality, at any depth.
CREATE INDEX product_order_document ON order_mgmt.product_order USING gin (document jsonb_path_ops);
CREATE INDEX service_document ON service_inventory.service USING gin (document jsonb_path_ops);
CREATE INDEX service_order_document ON service_inventory.service_order USING gin (document jsonb_path_ops);
CREATE INDEX usage_document ON mediation.usage USING gin (document jsonb_path_ops);

-- Rows of a state, newest first, and how many there are.
CREATE INDEX product_order_state ON order_mgmt.product_order (state, order_date DESC, length(id) DESC, id COLLATE "C" DESC);
CREATE INDEX customer_status ON crm.customer (status, created_at DESC, length(id) DESC, id COLLATE "C" DESC);
CREATE INDEX customer_name ON crm.customer (name);
CREATE INDEX ticket_status ON crm.ticket (status, created_at DESC, length(id) DESC, id COLLATE "C" DESC);
CREATE INDEX service_state ON service_inventory.service (state, created_at DESC, length(id) DESC, id COLLATE "C" DESC);
CREATE INDEX usage_status ON mediation.usage (status, created_at DESC, length(id) DESC, id COLLATE "C" DESC);
CREATE INDEX customer_bill_state ON billing.customer_bill (state, bill_date DESC, length(id) DESC, id COLLATE "C" DESC);
CREATE INDEX customer_bill_account ON billing.customer_bill (billing_account_id);
CREATE INDEX payment_status ON payment.payment (status, created_at DESC, length(id) DESC, id COLLATE "C" DESC);

-- By id in the order of its numbers (`sort=id`).
CREATE INDEX product_order_number ON order_mgmt.product_order (length(id), id COLLATE "C");
CREATE INDEX customer_number ON crm.customer (length(id), id COLLATE "C");
CREATE INDEX service_number ON service_inventory.service (length(id), id COLLATE "C");
CREATE INDEX usage_record_number ON mediation.usage (length(id), id COLLATE "C");
CREATE INDEX customer_bill_number ON billing.customer_bill (length(id), id COLLATE "C");

-- A cancelled order shows why its cancellation was asked for.
CREATE INDEX cancel_product_order_order ON order_mgmt.cancel_product_order (order_id);

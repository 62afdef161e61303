-- Orders that change the plan of a line (DOMAIN §4 "inProgress → pending", §5 F2).

ALTER TABLE order_mgmt.order_item
  DROP CONSTRAINT order_item_action_check,
  DROP CONSTRAINT order_item_add_is_priced,
  DROP CONSTRAINT order_item_delete_names_line,
  ADD CONSTRAINT order_item_action_check CHECK (action IN ('add', 'modify', 'delete')),
  ADD CONSTRAINT order_item_plan_is_priced CHECK (action = 'delete' OR (offering_id IS NOT NULL AND price_id IS NOT NULL
    AND price_minor IS NOT NULL AND currency IS NOT NULL)),
  ADD CONSTRAINT order_item_names_line CHECK (action = 'add' OR subscription_id IS NOT NULL);

ALTER TABLE order_mgmt.saga
  DROP CONSTRAINT saga_action_check,
  DROP CONSTRAINT saga_step_check,
  ADD CONSTRAINT saga_action_check CHECK (action IN ('add', 'modify', 'delete')),
  ADD CONSTRAINT saga_step_check CHECK (step IN ('start', 'authorize', 'requestService', 'awaitService', 'createLine', 'assignNumber', 'capture',
    'activate', 'scheduleChange', 'awaitChange', 'terminateLine', 'awaitRemoval', 'assessCancel', 'withdrawChange', 'endService', 'awaitUndo',
    'undoLine', 'returnMoney', 'close'));

-- A change of plan waits for its boundary, up to a month: that is not stuck.
DROP INDEX order_mgmt.saga_unflagged;
CREATE INDEX saga_unflagged ON order_mgmt.saga (step_since) WHERE step <> 'awaitChange' AND stuck_flagged_at IS NULL;

/** A list reads less of a row than a single GET does, and shows as much. */
import test from 'ava';
import { Database } from '#db/database';
import { withClient } from '#db/migrate';
import { roleOf } from '#db/roles';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { resources } from '#generated/resources';
import { Clock } from '#runtime/clock';
import { project } from '../../../handlers/resource/project.ts';
import { listResources } from '../../../handlers/resource/list.ts';
import { findResource } from '../../../handlers/resource/rows.ts';
import { orderSql } from '../../../handlers/resource/sort.ts';
import type { Service } from '../../../handlers/service.ts';
import { bigDefinitions } from '../../support/big-definitions.ts';
import { manyRows } from '../../support/many-rows.ts';

const base = 'http://localhost';
let clone: ClonedDatabase;

test.before(async () => {
  clone = await cloneDatabase();
  await withClient(clone.url, async (client) => {
    await manyRows(client, 1500);
    await client.query(`INSERT INTO order_mgmt.cancel_product_order (id, state, order_id, document, created_at, updated_at)
      SELECT 'CAN-' || id, 'done', id, '{"cancellationReason": "Bought twice"}', order_date, order_date FROM order_mgmt.product_order ORDER BY order_date DESC LIMIT 1`);
    await client.query("UPDATE order_mgmt.product_order SET state = 'cancelled' WHERE id IN (SELECT order_id FROM order_mgmt.cancel_product_order)");
    await client.query("UPDATE mediation.usage SET status = 'rejected', policy_violation = '{\"reason\": \"usage.guide.no_line\"}' WHERE raw_cdr_ref = 'cdr-1500'");
    await client.query("UPDATE crm.customer SET status = 'prospect' WHERE name = 'Ada 1500'");
  });
});

test.after.always(() => clone.drop());

for (const definition of bigDefinitions) {
  test.serial(`${definition.key}: rows of a list, near or far, show what each shows by itself`, async (t) => {
    const db = new Database({ url: clone.urlOf(roleOf(resources[definition.key].service)), service: 'test', clock: new Clock() });
    const service = { href: (path: string) => base + path } as unknown as Service; // no representation needs more of it
    const window = { conditions: [], values: [], limit: 10, order: orderSql.bind(null, definition, undefined, base) };
    try {
      for (const offset of [0, 20, 1005]) {
        const { rows } = await listResources(db, definition, { ...window, offset });
        t.is(rows.length, 10);
        for (const row of rows) t.deepEqual(project(service, definition, row), project(service, definition, (await findResource(db, definition, row.id))!));
      }
    } finally {
      await db.close();
    }
  });
}

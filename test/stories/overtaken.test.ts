import test from 'ava';
import { customerBody } from '#cli/customer/customer-body';
import { installationUrl, withClient } from '#db/migrate';
import { sleep } from '#runtime/clock';
import { startStack, type Stack } from '../support/stack.ts';

/** DOMAIN §6 "A violated database constraint answers with the rule it guards". */
let stack: Stack;

/** What somebody else writes and commits only after the request has looked and found nothing in its way. */
async function overtaken(elsewhere: string, request: () => Promise<Response>): Promise<Response> {
  return withClient(installationUrl(stack.config.databaseUrl ?? ''), async (client) => {
    await client.query(`BEGIN; SET LOCAL session_replication_role = replica; ${elsewhere}`);
    const answer = request();
    for (let look = 0; ; look += 1) {
      const { rows } = await client.query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'");
      if (rows.length > 0) break;
      if (look > 1000) throw new Error('the request does not wait for the row in its way');
      await sleep(5);
    }
    await client.query('COMMIT');
    return answer;
  });
}

const post = (service: 'crm' | 'catalog', path: string, body: object): Promise<Response> =>
  stack.fetch(service, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }, 'cli');
const refusals = async (): Promise<unknown[]> => (await stack.events()).filter(({ type }) => type === 'policy.refused').map(({ payload }) => payload['rule']);

test('what the database refuses to the later of two is refused by its rule, and kept in the ledger', async (t) => {
  stack = await startStack(t, { services: ['catalog', 'crm'] });
  const answer = await overtaken(
    "INSERT INTO crm.contact_medium (id, customer_id, medium_type, value, valid_from) VALUES ('CM-900', 'CUST-900', 'email', 'Ada@example.sg', '2026-01-01')",
    () => post('crm', '/tmf-api/customerManagement/v4/customer', customerBody({ name: 'Ada Lim', email: 'ada@example.sg' })));
  t.is(answer.status, 422);
  t.like(await answer.json(), { reason: 'customer.create.email_taken', context: { email: 'ada@example.sg' } });
  t.deepEqual(await refusals(), ['customer.create.email_taken']);

  const price = await overtaken(
    `INSERT INTO catalog.price (id, name, lifecycle_status, offering_id, price_type, amount_minor, currency, valid_from, created_at, updated_at)
     VALUES ('PRICE_ELSE', 'Else', 'Launched', 'PLAN_NEW', 'recurring', 100, 'SGD', '2026-01-01', '2026-01-01', '2026-01-01')`,
    async () => {
      await post('catalog', '/tmf-api/productCatalogManagement/v4/productOffering', { id: 'PLAN_NEW', name: 'New' });
      return post('catalog', '/tmf-api/productCatalogManagement/v4/productOfferingPrice', {
        id: 'PRICE_NEW', name: 'New', priceType: 'recurring', price: { unit: 'SGD', value: 1 }, productOffering: { id: 'PLAN_NEW' } });
    });
  t.is(price.status, 422);
  t.like(await price.json(), { reason: 'catalog.price.overlap', context: { offeringId: 'PLAN_NEW' } });
  t.deepEqual(await refusals(), ['catalog.price.overlap']);

  const offering = await overtaken(
    "INSERT INTO catalog.offering (id, name, lifecycle_status, created_at, updated_at) VALUES ('PLAN_ELSE', 'Else', 'In design', '2026-01-01', '2026-01-01')",
    () => post('catalog', '/tmf-api/productCatalogManagement/v4/productOffering', { id: 'PLAN_ELSE', name: 'Else' }));
  t.is(offering.status, 422);
  t.like(await offering.json(), { reason: 'catalog.create.id_taken', context: { id: 'PLAN_ELSE' } });
});

import type { ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import type { Service } from '../service.ts';

/** A task, or an activation that stands for its whole set, as TMF640 shows it. */
interface MonitorRow extends ResourceRow {
  readonly state: string;
  /** Empty for a task of no known service. */
  readonly serviceId: string;
  readonly serviceOrderId: string | null;
}

/** Where a monitored service is found: services of service orders in som, others here. */
const inventory = '/tmf-api/serviceInventory/v4/service/';
const activation = '/tmf-api/ServiceActivationAndConfiguration/v4/service/';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** TMF640 monitor; the addresses it shows and is filtered by are those of this installation. */
export const monitorOf = (service: Service): ResourceDefinition<MonitorRow> => ({
  key: 'TMF640.monitor',
  table: 'provisioning.monitor',
  // Read with each list: ports that were left to the machine are known only once the services listen.
  get columns() {
    const sql = `(CASE WHEN r.service_order_id IS NULL THEN ${quoted(service.href(activation))} ELSE ${quoted(service.hrefOf('som', inventory))} END || r.service_id)`;
    return { state: { column: 'state', type: 'text' }, sourceHref: { sql, type: 'text' } } as const;
  },
  sortNewest: 'created_at',
  readOnly: [],
  mandatory: ['state', 'sourceHref'],
  project: ({ serviceId, serviceOrderId }) =>
    ({ sourceHref: (serviceOrderId === null ? service.href(activation) : service.hrefOf('som', inventory)) + serviceId }),
  permits: {},
});

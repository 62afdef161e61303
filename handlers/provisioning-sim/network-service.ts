import type { ServiceState } from '#policy/service';
import type { ResourceDefinition, ResourceRow } from '../resource/resource.ts';

/** A service asked for through TMF640: carried by the network, or kept as posted. */
export interface NetworkServiceRow extends ResourceRow {
  readonly state: ServiceState;
  readonly managed: boolean;
  readonly specificationId: string | null;
  readonly serviceDate: Date;
}

/** TMF640 service; who may write it is asked in `service.ts`. */
export const networkService: ResourceDefinition<NetworkServiceRow> = {
  key: 'TMF640.service',
  table: 'provisioning.service',
  columns: {
    state: { column: 'state', type: 'text' },
    serviceDate: { column: 'service_date', type: 'timestamptz' },
  },
  sortNewest: 'created_at',
  readOnly: ({ managed }) => (managed ? ['serviceSpecification', 'serviceDate'] : ['serviceDate']),
  mandatory: ['state', 'serviceSpecification', 'serviceDate'],
  stateAttribute: 'state',
  initial: (_body, at) => ({ serviceDate: at }),
  payload: ({ specificationId }) => ({ customerId: null, subscriptionId: null, specificationId, orderId: null }),
  permits: {},
};

import test from 'ava';
import { eventCatalogue, type EventType } from '#generated/events';
import { operations } from '#generated/operations';
import { resources } from '#generated/resources';

const notifications: { given: EventType; want: string[] }[] = [
  { given: 'order.acknowledged', want: ['TMF622 ProductOrderCreateEvent'] },
  { given: 'order.completed', want: ['TMF622 ProductOrderStateChangeEvent'] },
  { given: 'order.stuck', want: ['TMF622 ProductOrderInformationRequiredEvent'] },
  { given: 'ticket.status_changed', want: ['TMF621 TroubleTicketStatusChangeEvent'] },
  { given: 'customer.kyc_verified', want: ['TMF629 CustomerAttributeValueChangeEvent'] },
  { given: 'service_order.task_requested', want: ['TMF641 ServiceOrderMilestoneEvent'] },
  { given: 'service.created', want: ['TMF638 ServiceCreateEvent', 'TMF640 ServiceCreateEvent'] },
  { given: 'provisioning.task_created', want: ['TMF640 MonitorCreateEvent'] },
  { given: 'subscription.usage_applied', want: ['subscription SubscriptionBalanceChangeEvent'] },
  { given: 'rate.applied', want: ['TMF678 AppliedCustomerBillingRateCreateEvent'] },
  { given: 'cancel_order.created', want: ['TMF622 CancelProductOrderCreateEvent', 'TMF641 CancelServiceOrderCreateEvent'] },
  { given: 'service_order.held', want: ['TMF641 ServiceOrderStateChangeEvent', 'TMF641 ServiceOrderInformationRequiredEvent'] },
  { given: 'catalog.import_ended', want: ['TMF620 CatalogBatchEvent'] },
  { given: 'policy.refused', want: [] },
];

for (const { given, want } of notifications) {
  test(`${given} is told to hub subscribers as ${want.join(' and ') || 'nothing'}`, (t) => {
    t.deepEqual(eventCatalogue[given].hub.map(({ api, event }) => `${api} ${event}`), want);
  });
}

test('where one aggregate feeds two resources, id prefixes tell them apart', (t) => {
  const [product, service] = eventCatalogue['cancel_order.created'].hub;
  t.is(product?.idPrefix, resources['TMF622.cancelProductOrder'].idPrefix);
  t.is(service?.idPrefix, resources['TMF641.cancelServiceOrder'].idPrefix);
});

test('every operation records only events of the catalogue, and every write of a TM Forum resource says which', (t) => {
  const rows = Object.values(operations);
  for (const { key, events } of rows) for (const type of events) t.true(type in eventCatalogue, `${key}: ${type}`);
  const silent = rows.filter(({ api, readonly, events }) => api.startsWith('TMF') && !readonly && events.length === 0).map(({ key }) => key);
  t.deepEqual(silent, ['TMF620.deleteImportJob', 'TMF620.createExportJob', 'TMF620.deleteExportJob']);
});

/** TMF.md §3: what every returned row of a resource has. */
import { operations, type OperationKey } from '#generated/operations';
import { resources, type ResourceKey } from '#generated/resources';

type Row = Readonly<Record<string, unknown>>;

const catalog = ['name', 'lastUpdate', 'lifecycleStatus', '@type'];
const service = ['state', 'serviceSpecification', 'serviceDate', '@type'];
const money = ['account.id', 'paymentMethod', 'totalAmount.unit', 'totalAmount.value', 'status', 'paymentDate'];
const job = ['status', 'url', 'creationDate'];

/** Besides id and href. A path goes into objects, and into every element of a list that has one. */
const mandatory: Readonly<Record<ResourceKey, readonly string[] | ((row: Row) => readonly string[])>> = {
  'TMF620.catalog': catalog,
  'TMF620.category': catalog,
  'TMF620.productOffering': catalog,
  'TMF620.productOfferingPrice': catalog,
  'TMF620.productSpecification': catalog,
  'TMF620.importJob': job,
  'TMF620.exportJob': job,
  'TMF621.troubleTicket': ['description', 'severity', 'ticketType', 'status', 'creationDate'],
  'TMF622.productOrder': ['orderDate', 'state', 'productOrderItem.id', 'productOrderItem.action', 'productOrderItem.state', 'relatedParty'],
  'TMF622.cancelProductOrder': ['state', 'productOrder.id'],
  'TMF629.customer': ['name', 'engagedParty', 'status', '@type'],
  'TMF635.usage': ['usageSpecification', 'usageDate', 'status'],
  'TMF635.usageSpecification': ['name'],
  'TMF638.service': service,
  'TMF640.service': service,
  'TMF640.monitor': ['state', 'sourceHref'],
  'TMF641.serviceOrder': ['state', 'orderDate', 'serviceOrderItem.id', 'serviceOrderItem.action', 'serviceOrderItem.service'],
  'TMF641.cancelServiceOrder': ['state', 'serviceOrder.id'],
  'TMF676.payment': money,
  'TMF676.refund': money,
  'TMF678.customerBill': ['billNo', 'billDate', 'state', 'billDocument.id', 'billingAccount.id', 'amountDue', 'relatedParty'],
  'TMF678.customerBillOnDemand': ['state', 'billingAccount.id'],
  'TMF678.appliedCustomerBillingRate': (row) => ['isBilled', 'name', 'date', ...(row['isBilled'] === true ? ['bill'] : [])],
  'TMF683.partyInteraction': ['interactionDate', 'channel', 'direction', 'reason', 'status'],
};

export const resourceKeyOf = (key: OperationKey): ResourceKey => `${operations[key].api}.${operations[key].resource}` as ResourceKey; // asked for stored resources only

/** Whether the operation answers rows of a stored TM Forum resource. */
export const isStored = (key: OperationKey): boolean => resourceKeyOf(key) in resources;

/** Paths that the row has not. */
export function missingOf(resource: ResourceKey, row: Row): string[] {
  const wanted = mandatory[resource];
  return ['id', 'href', ...(typeof wanted === 'function' ? wanted(row) : wanted)].filter((path) => !has(row, path.split('.')));
}

function has(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== undefined && value !== null && value !== '';
  if (Array.isArray(value)) return value.length > 0 && value.every((each) => has(each, [name, ...rest]));
  return typeof value === 'object' && value !== null && has((value as Row)[name], rest);
}

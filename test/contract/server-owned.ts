/**
 * What a client posts and does not get back, because the server sets it (TMF.md §2 "POST", §4).
 * Everything else of a full body is returned; what the server adds does not count.
 */
const dates = 'set by the server (TMF.md §2 "POST")';
const state = 'what is new begins its life cycle at the beginning (DOMAIN §4)';
const outcome = 'follows from what was recorded and from the rules (DOMAIN §1)';

/** By resource and JSON pointer, `*` for an index; what is below a pointer belongs to it. */
export const serverOwned: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'TMF620.catalog': { '/lastUpdate': dates },
  'TMF620.category': { '/lastUpdate': dates },
  'TMF620.productOffering': { '/lastUpdate': dates, '/lifecycleStatus': state },
  'TMF620.productOfferingPrice': { '/lastUpdate': dates },
  'TMF620.productSpecification': { '/lastUpdate': dates },
  'TMF620.importJob': { '/creationDate': dates, '/completionDate': dates, '/status': outcome, '/errorLog': outcome },
  'TMF620.exportJob': { '/creationDate': dates, '/completionDate': dates, '/status': outcome, '/errorLog': outcome, '/url': 'where the export was written' },
  'TMF621.troubleTicket': {
    '/creationDate': dates, '/lastUpdate': dates, '/statusChangeDate': dates, '/status': 'a new ticket is acknowledged (TMF.md §4)', '/statusChange': 'the history of the states it had here',
  },
  'TMF622.productOrder': {
    '/productOrderItem/*/itemPrice': 'the price the order took over, frozen (DOMAIN §5 F1)', '/cancellationDate': 'the day it was cancelled here, if it was',
    '/productOrderItem/*/state': state, '/productOrderItem/*/product/id': 'the line it became',
  },
  'TMF629.customer': { '/status': state },
  'TMF635.usage': { '/status': outcome },
  'TMF635.usageSpecification': { '/lastUpdate': dates },
  'TMF638.service': { '/serviceDate': dates },
  'TMF640.service': { '/serviceDate': dates },
  'TMF641.serviceOrder': { '/serviceOrderItem/*/state': outcome },
  'TMF676.payment': { '/totalAmount': 'an empty amount is zero (TMF.md §4)' },
  'TMF676.refund': { '/refundDate': dates, '/totalAmount': 'an empty amount is zero (TMF.md §4)' },
  'TMF678.customerBillOnDemand': { '/lastUpdate': dates, '/state': outcome },
  'TMF683.partyInteraction': { '/creationDate': dates, '/statusChangeDate': dates, '/status': state },
};

/** Whether the server may have put something else there. */
export function isServerOwned(resource: string, pointer: string): boolean {
  const owned = Object.keys(serverOwned[resource] ?? {});
  return ['/id', '/href', ...owned].some((one) => pointer === one || pointer.startsWith(`${one}/`));
}

/**
 * From a new customer to a line in use, over the TypeScript SDK alone. `test/long/sdk.test.ts` runs it;
 * by hand, against `make up`, with the SDK installed (docs/SDKS.md):
 *
 *   BSS_TOKEN=… node order-to-activate.ts
 *
 * SDK_ADDRESSES, a JSON object of base addresses by module, is for stacks that listen elsewhere.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as crm from 'bss-cli-sdk/crm';
import * as wallet from 'bss-cli-sdk/payment';
import * as ordering from 'bss-cli-sdk/tmf622';
import { receive } from 'bss-cli-sdk/tmf622/listener';
import * as customers from 'bss-cli-sdk/tmf629';
import * as use from 'bss-cli-sdk/tmf635';
import * as inventory from 'bss-cli-sdk/tmf638';
import * as payments from 'bss-cli-sdk/tmf676';
import * as bills from 'bss-cli-sdk/tmf678';

const apiKey = process.env['BSS_TOKEN'] ?? '';
const addresses = JSON.parse(process.env['SDK_ADDRESSES'] ?? '{}') as Record<string, string>;

/** How a module is reached; without a basePath it takes the usual port on this machine. */
const at = (module: string) => ({ apiKey, ...(addresses[module] ? { basePath: addresses[module] } : {}) });

/** Asks until the answer is the one that is waited for, 20 s at most. */
async function until<T>(what: string, ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
  for (let left = 200; left > 0; left -= 1) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come about`);
}

// A customer, who may not order yet.
const customerApi = new customers.CustomerApi(new customers.Configuration(at('tmf629')));
const customer = await customerApi.createCustomer({
  customerCreate: {
    name: 'Ada Lim',
    engagedParty: { id: 'Ada Lim', name: 'Ada Lim', atReferredType: 'Individual' },
    contactMedium: [{ mediumType: 'email', preferred: true, characteristic: { emailAddress: 'ada.ts@example.sg' } }],
  },
});
const customerId = customer.id ?? '';

const orderApi = new ordering.ProductOrderApi(new ordering.Configuration(at('tmf622')));
const productOrderCreate: ordering.ProductOrderCreate = {
  productOrderItem: [{ id: '1', action: 'add', quantity: 1, productOffering: { id: 'PLAN_S' } }],
  relatedParty: [{ id: customerId, role: 'customer', atReferredType: 'Customer' }],
};
const refused = await orderApi.createProductOrder({ productOrderCreate }).then(
  () => { throw new Error('an order without an identity and a card was taken'); },
  async (error: unknown) => {
    if (!(error instanceof ordering.ResponseError) || error.response.status !== 422) throw error;
    return ordering.ModelErrorFromJSON(await error.response.json());
  },
);

// Identity and card are operations of our own.
await new crm.KycApi(new crm.Configuration(at('crm'))).attestKyc({
  id: customerId,
  kycAttestation: {
    provider: 'prebaked', attestationToken: 'ok', documentType: 'national_id', documentNumber: 'S7654321T', documentCountry: 'SG',
    dateOfBirth: new Date('1990-12-31'),
  },
});
await new wallet.PaymentMethodApi(new wallet.Configuration(at('payment'))).createPaymentMethod({
  paymentMethodCreate: { customerId, token: 'tok_visa_4242_5d1f0a7c22e94b60', brand: 'visa', last4: '4242', expMonth: 12, expYear: 2049, makeDefault: true },
});

// A subscriber hears what becomes of the order.
const heard: ordering.ProductOrderStateChangeEvent[] = [];
const server = createServer((request, response) => {
  void request.toArray().then(async (parts) => {
    const known = await receive({ productOrderStateChangeEvent: (event) => void heard.push(event) }, JSON.parse(Buffer.concat(parts).toString()));
    response.writeHead(known ? 204 : 404).end();
  });
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const hubs = new ordering.EventsSubscriptionApi(new ordering.Configuration(at('tmf622')));
const hub = await hubs.registerListener({
  eventSubscriptionInput: { callback: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, query: 'eventType=ProductOrderStateChangeEvent' },
});

// The order: sent twice under one key, placed once.
const placed = await orderApi.createProductOrder({ productOrderCreate, idempotencyKey: `order-${customerId}` });
const again = await orderApi.createProductOrder({ productOrderCreate, idempotencyKey: `order-${customerId}` });
const id = placed.id ?? '';
const order = await until(`${id} completed`, () => orderApi.retrieveProductOrder({ id }), ({ state }) => state === 'completed');

// What the order has made: one page of the list, and how many match in all.
const serviceApi = new inventory.ServiceApi(new inventory.Configuration(at('tmf638')));
const page = await serviceApi.listServiceRaw({ relatedPartyId: customerId, state: 'active', sort: 'id', limit: 1 });
const [first] = await page.value();
const service = await serviceApi.retrieveService({ id: first?.id ?? '' });
const msisdn = String(service.serviceCharacteristic?.find(({ name }) => name === 'msisdn')?.value ?? '');

// The line is used, and the use is rated.
const usageApi = new use.UsageApi(new use.Configuration(at('tmf635')));
const characteristics = { msisdn, eventType: 'data', quantity: 300 * 1024 * 1024, unit: 'byte', roaming: false, rawCdrRef: `cdr-${id}`, source: 'sdk' };
const reported = await usageApi.createUsage({
  usageCreate: {
    usageDate: order.completionDate ?? new Date(), usageType: 'data', usageSpecification: { id: 'USPEC_DATA' },
    usageCharacteristic: Object.entries(characteristics).map(([name, value]) => ({ name, value })),
  },
});
const usage = await until('usage billed', () => usageApi.retrieveUsage({ id: reported.id ?? '' }), ({ status }) => status === 'billed');

// It was paid, and there is a receipt.
const billApi = new bills.CustomerBillApi(new bills.Configuration(at('tmf678')));
const [bill] = await until('a bill', () => billApi.listCustomerBill({ relatedPartyId: customerId }), (rows) => rows.length > 0);
const paymentId = bill?.appliedPayment?.[0]?.payment?.id ?? '';
const payment = await new payments.PaymentApi(new payments.Configuration(at('tmf676'))).retrievePayment({ id: paymentId });

const patched = await customerApi.patchCustomer({ id: customerId, customerUpdate: { name: 'Ada Lim-Tan' } });

const told = await until('the notification', () => Promise.resolve(heard.find(({ event }) => event?.productOrder?.state === 'completed')), (event) => event !== undefined);
await hubs.unregisterListener({ id: hub.id ?? '' });
server.closeAllConnections();
server.close();

console.log(JSON.stringify({
  customer: customerId, refused: refused.reason, order: id, placedOnce: again.id === id, orderState: order.state,
  service: service.state, serviceType: service.serviceType, activeServices: Number(page.raw.headers.get('x-total-count')), rowsOfPage: Number(page.raw.headers.get('x-result-count')),
  usage: usage.status, payment: payment.status, paid: payment.totalAmount?.value, bill: bill?.state, due: bill?.amountDue?.value, name: patched.name, media: patched.contactMedium?.length,
  notification: told?.eventType, notified: told?.event?.productOrder?.id, orderedAt: told?.event?.productOrder?.orderDate?.toISOString(),
}));

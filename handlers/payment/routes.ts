import type { components } from '#generated/types/payment';
import type { PaymentHandlers } from '#generated/stubs/payment';
import { NotFound } from '#runtime/errors';
import type { Answer } from '#runtime/handler';
import { fromWireMoney, type Money, type WireMoney } from '#runtime/money';
import { etagOf } from '../resource/etag.ts';
import { boundCustomer } from '../resource/ownership.ts';
import { pageOf } from '../resource/page.ts';
import { created, resourceRoutes } from '../resource/routes.ts';
import { listed } from '../list.ts';
import type { Service } from '../service.ts';
import { holderOf } from './account.ts';
import { authorize, openPayment, type Charge } from './authorization.ts';
import { capture, voidPayment, type Capture } from './capture.ts';
import { addCard, chooseDefault, removeCard, requireCard } from './card.ts';
import type { PaymentGateway } from './gateway.ts';
import { createRefund } from './give-back.ts';
import { chargedItems } from './item.ts';
import { callKey } from './key.ts';
import { methodColumns, methodPath, toMethod, type MethodRow } from './method.ts';
import { findPayment, toPayment, type PaymentRow } from './payment.ts';
import { refundDefinition } from './refund.ts';
import { sell } from './sale.ts';
import { createPayment, paymentDefinition } from './tmf-payment.ts';
import { chargeNothing } from './zero-charge.ts';

type Schemas = components['schemas'];

export function paymentRoutes(service: Service, gateway: PaymentGateway): PaymentHandlers {
  const payments = resourceRoutes(service, paymentDefinition);
  const refunds = resourceRoutes(service, refundDefinition);
  return {
    'TMF676.listPayment': payments.list,
    'TMF676.retrievePayment': payments.retrieve,
    'TMF676.createPayment': async ({ body }) => created(service, paymentDefinition, await createPayment(service, gateway, body, callKey())),
    'TMF676.listRefund': refunds.list,
    'TMF676.retrieveRefund': refunds.retrieve,
    'TMF676.createRefund': async ({ body }) => created(service, refundDefinition, await createRefund(service, gateway, body, callKey())),
    ...methodRoutes(service, gateway),
    ...chargeRoutes(service, gateway),
  };
}

type MethodRoutes = Pick<PaymentHandlers, `payment.${string}PaymentMethod` & keyof PaymentHandlers>;

function methodRoutes(service: Service, gateway: PaymentGateway): MethodRoutes {
  return {
    'payment.createPaymentMethod': async ({ body }) => ({ body: toMethod(service, await addCard(service, gateway, body)) }),
    'payment.listPaymentMethod': ({ query }) => listMethods(service, query),
    'payment.retrievePaymentMethod': async ({ params }) => {
      const row = await requireCard(service, params.id);
      return { body: toMethod(service, row), headers: { ETag: etagOf(row) } };
    },
    'payment.deletePaymentMethod': async ({ params, headers }) => {
      await removeCard(service, params.id, headers);
      return {};
    },
    'payment.setDefaultPaymentMethod': async ({ params }) => ({ body: toMethod(service, await chooseDefault(service, params.id)) }),
  };
}

interface MethodQuery {
  readonly customerId?: string;
  readonly status?: MethodRow['status'];
  readonly isDefault?: boolean;
}

/** Default first, then newest; removed cards only when asked for by status. */
async function listMethods(service: Service, query: MethodQuery & Readonly<Record<string, unknown>>): Promise<Answer<Schemas['PaymentMethod'][]>> {
  const page = pageOf(query, service.config);
  const values = [query.customerId ?? null, query.status ?? null, query.isDefault ?? null, boundCustomer()];
  const where = `($1::text IS NULL OR customer_id = $1) AND ($2::text IS NULL AND status <> 'removed' OR status = $2)
    AND ($3::boolean IS NULL OR is_default = $3) AND ($4::text IS NULL OR customer_id = $4)`;
  const rows = await service.db.read<MethodRow>(
    `SELECT ${methodColumns} FROM payment.payment_method WHERE ${where} ORDER BY is_default DESC, created_at DESC, id DESC LIMIT $5 OFFSET $6`,
    [...values, page.limit, page.offset]);
  const count = await service.db.one<{ total: number }>(`SELECT count(*) AS total FROM payment.payment_method WHERE ${where}`, values);
  const total = count?.total ?? 0;
  return listed(query, page, service.href(methodPath), rows.map((row) => toMethod(service, row)), total);
}

type ChargeRoutes = Pick<PaymentHandlers, 'payment.authorizePayment' | 'payment.capturePayment' | 'payment.voidPayment' | 'payment.createCharge' | 'payment.createZeroCharge'>;

function chargeRoutes(service: Service, gateway: PaymentGateway): ChargeRoutes {
  return {
    'payment.authorizePayment': async ({ body }) => {
      const opened = await openPayment(service, await chargeOf(service, body, false));
      return { body: toPayment(service, await authorize(service, gateway, opened)) };
    },
    'payment.capturePayment': async ({ params, body }) => {
      const row = await requirePayment(service, params.id);
      return { body: toPayment(service, await capture(service, gateway, row, captureOf(row, body))) };
    },
    'payment.voidPayment': async ({ params, body }) => {
      const row = await requirePayment(service, params.id);
      return { body: toPayment(service, await voidPayment(service, gateway, row, body?.reason ?? null)) };
    },
    'payment.createCharge': async ({ body }) => ({ body: toPayment(service, await sell(service, gateway, await chargeOf(service, body, true))) }),
    'payment.createZeroCharge': async ({ body }) => ({ body: await chargeNothing(service, body, callKey()) }),
  };
}

/** @throws {NotFound} also for a recorded payment of nobody, which only TMF676 shows */
async function requirePayment(service: Service, id: string): Promise<PaymentRow> {
  const row = await findPayment(service.db, id);
  if (!row || row.customerId === null) throw new NotFound('payment', id);
  return row;
}

/** An amount as the rules judge it: null when not whole. */
const amountOf = (wire: WireMoney): { readonly whole: Money | null; readonly currency: string } => ({ whole: fromWireMoney(wire, wire.unit), currency: wire.unit });

async function chargeOf(service: Service, body: Schemas['AuthorizationCreate'] & Pick<Schemas['ChargeCreate'], 'items'>, sale: boolean): Promise<Charge> {
  const { orderId = null, subscriptionId = null, description = null, purpose, paymentMethodId = null } = body;
  const { whole, currency } = amountOf(body.amount);
  const total = whole ?? { amountMinor: 0, currency };
  const charged = chargedItems(body.items, total, { description: description ?? purpose, orderId, subscriptionId });
  return {
    holder: await holderOf(service, body.customerId), paymentMethodId, amountMinor: whole?.amountMinor ?? null, currency, charged, purpose, description,
    orderId, subscriptionId, sale, key: callKey(), posted: null,
  };
}

/** All that was authorised, unless less is asked for. */
function captureOf(row: PaymentRow, body: Schemas['CaptureRequest']): Capture {
  const { whole, currency } = body.amount ? amountOf(body.amount) : { whole: { amountMinor: row.authorizedMinor, currency: row.currency }, currency: row.currency };
  const total = whole ?? { amountMinor: 0, currency };
  const { orderId, subscriptionId } = row;
  const charged = chargedItems(body.items, total, { description: row.description ?? row.purpose, orderId, subscriptionId });
  return { amountMinor: total.amountMinor, currency, charged, description: body.description ?? null, key: callKey() };
}

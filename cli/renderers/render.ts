import { columnsOf, fieldColumns, type Row } from './list-columns.ts';
import { renderKeyValue } from './key-value.ts';
import type { Look } from './look.ts';
import { tableCard } from './table.ts';

type Render = (value: never, look: Look) => string;

/** By `@type`; each file is read at the first value of its kind (AGENT-AND-CLI §8). */
const renderers: Readonly<Record<string, () => Promise<Render>>> = {
  Customer: async () => (await import('./customer.ts')).renderCustomer,
  Customer360: async () => (await import('./customer-360.ts')).renderCustomer360,
  Subscription: async () => (await import('./subscription.ts')).renderSubscription,
  SubscriptionBalance: async () => (await import('./subscription.ts')).renderSubscriptionBalance,
  VasPurchase: async () => (await import('./receipt.ts')).renderVasPurchase,
  Renewal: async () => (await import('./receipt.ts')).renderRenewal,
  Receipt: async () => (await import('./receipt.ts')).renderReceipt,
  ProductOrder: async () => (await import('./order.ts')).renderProductOrder,
  OrderView: async () => (await import('./order.ts')).renderOrder,
  CatalogView: async () => (await import('./catalog.ts')).renderCatalog,
  Tariff: async () => (await import('./catalog.ts')).renderTariff,
  ActivePrice: async () => (await import('./catalog.ts')).renderActivePrice,
  Kyc: async () => (await import('./kyc.ts')).renderKyc,
  PaymentMethod: async () => (await import('./payment-method.ts')).renderPaymentMethod,
  EsimView: async () => (await import('./esim.ts')).renderEsim,
  Usage: async () => (await import('./usage.ts')).renderUsage,
  CaseView: async () => (await import('./case.ts')).renderCaseView,
  Case: async () => (await import('./case.ts')).renderCase,
  CaseNote: async () => (await import('./case.ts')).renderCaseNote,
  TroubleTicket: async () => (await import('./ticket.ts')).renderTicket,
  PartyInteraction: async () => (await import('./interaction.ts')).renderInteraction,
  Clock: async () => (await import('./clock.ts')).renderClock,
  MsisdnCount: async () => (await import('./number-pool.ts')).renderNumberPool,
};

/** The card of one result, chosen by its `@type`; any other type gets a key-value card. */
export async function render(value: Row, look: Look): Promise<string> {
  const load = renderers[String(value['@type'])];
  if (!load) return renderKeyValue(value, look);
  const one = await load();
  return one(value as never, look); // services validate what they answer: an @type names its schema
}

export interface ListFrame {
  readonly title: string;
  readonly type: string;
  readonly marks: readonly string[];
  /** Asked for by `--fields`; empty takes the columns of the type. */
  readonly fields: readonly string[];
}

/** A list as a table in a card. */
export function renderList(rows: readonly Row[], { title, type, marks, fields }: ListFrame, look: Look): string {
  return tableCard(title, marks, fields.length > 0 ? fieldColumns(fields) : columnsOf(type, rows), rows, look);
}

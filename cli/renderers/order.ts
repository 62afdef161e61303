import type { components as Provisioning } from '#generated/types/provisioning';
import type { components as Tmf622 } from '#generated/types/TMF622';
import { card, lineWidth } from './card.ts';
import { arrow, painted, stateText, type Look } from './look.ts';
import { stepWords, undoneTexts, type OrderSaga } from './saga-step.ts';
import { clean, wrap } from './text.ts';
import { clockText, moneyText } from './values.ts';

export type ProductOrder = Tmf622['schemas']['ProductOrder'];
export type ProvisioningTask = Provisioning['schemas']['ProvisioningTask'];

/** An order with how it is carried out; composed by `bss order show`, `create` and `wait`. */
export interface OrderView {
  readonly '@type': 'OrderView';
  readonly id: string;
  readonly order: ProductOrder;
  /** Null for an order that never started, such as a rejected one. */
  readonly saga: OrderSaga | null;
  readonly tasks: readonly ProvisioningTask[];
  /** States the order went through, oldest first. */
  readonly timeline: readonly { readonly state: string; readonly at: string }[];
}

export function renderOrder(view: OrderView, look: Look): string {
  const state = clean(view.order.state ?? '');
  return card({
    title: 'Order',
    marks: [clean(view.id), stateText(state, look)],
    lines: [whatLine(view), ...timelineLines(view.timeline, look), ...taskLines(view.tasks, look), ...sagaLines(view.saga, look), ...refusalLines(view, look), ...mendLines(view)].filter((line) => line !== ''),
  }, look);
}

/** An order alone, as it is answered when it was placed. */
export const renderProductOrder = (order: ProductOrder, look: Look): string =>
  renderOrder({ '@type': 'OrderView', id: order.id ?? '', order, saga: null, tasks: [], timeline: [] }, look);

/** `PLAN_M   SGD 25.00/month   CUST-022   90000005   SUB-009`. */
function whatLine({ order, saga }: OrderView): string {
  const item = order.productOrderItem[0];
  const action = item && item.action !== 'add' ? item.action : '';
  const customer = order.relatedParty?.find(({ role }) => role === 'customer')?.id;
  const facts = [action, item?.productOffering?.id, priceText(order), saga?.customerId ?? customer, saga?.msisdn, saga?.subscriptionId];
  return facts.filter((fact) => fact !== undefined && fact !== null && fact !== '').map((fact) => clean(String(fact))).join('   ');
}

function priceText(order: ProductOrder): string {
  const price = order.productOrderItem[0]?.itemPrice?.[0] ?? order.productOrderItem[0]?.itemTotalPrice?.[0] ?? order.orderTotalPrice?.[0];
  const amount = price?.price?.taxIncludedAmount ?? price?.price?.dutyFreeAmount;
  if (!amount) return '';
  return `${moneyText(amount)}${price?.recurringChargePeriod ? `/${price.recurringChargePeriod}` : ''}`;
}

const timelineLines = (timeline: OrderView['timeline'], look: Look): string[] =>
  wrap(timeline.map(({ state, at }) => `${stateText(clean(state), look)} ${clockText(at)}`).join(` ${arrow(look)} `), lineWidth(look));

/** The network element a task speaks to. */
const elements = [['HLR', 'HLR'], ['PCRF', 'PCRF'], ['OCS', 'OCS'], ['ESIM', 'eSIM']] as const;
const elementOf = (taskType: string): string => elements.find(([prefix]) => taskType.startsWith(prefix))?.[1] ?? taskType;

/** Per service order: `SO-031  HLR ok 0.5s  PCRF ok 0.3s  OCS ok 0.2s  eSIM FAILED x3`. */
function taskLines(tasks: readonly ProvisioningTask[], look: Look): string[] {
  const byOrder = Map.groupBy(tasks, (task) => task.serviceOrderId ?? '');
  return [...byOrder].map(([serviceOrder, ofOrder]) => [clean(serviceOrder) || '-', ...ofOrder.map((task) => taskText(task, look))].join('  '));
}

function taskText(task: ProvisioningTask, look: Look): string {
  const times = task.attempts > 1 ? ` x${task.attempts}` : '';
  const took = task.state === 'completed' && task.durationMs !== undefined && task.durationMs !== null ? ` ${(task.durationMs / 1000).toFixed(1)}s` : '';
  const word = task.state === 'completed' ? 'ok' : task.state === 'failed' || task.state === 'stuck' ? task.state.toUpperCase() : task.state;
  return `${elementOf(task.taskType)} ${stateText(task.state, look, word)}${took}${times}`;
}

function sagaLines(saga: OrderSaga | null, look: Look): string[] {
  if (!saga) return [];
  const undone = undoneTexts(saga);
  const money = [saga.paymentId, saga.billId].filter(Boolean).map((id) => clean(String(id)));
  return [
    money.length > 0 ? `${saga.billId ? 'paid' : 'payment'} ${money.join('  ')}` : '',
    undone.length > 0 ? `undone: ${undone.join(', ')}` : '',
    ...(saga.lastError ? wrap(`last error: ${clean(saga.lastError)}`, lineWidth(look)).map((line) => painted(line, 'red', look)) : []),
    saga.stuckFlaggedAt ? painted(`stuck since ${clockText(saga.stuckFlaggedAt)} at: ${stepWords(saga.step ?? '-')}`, 'red', look) : '',
  ];
}

/** The rule behind a rejected or failed order travels as an extension (DOMAIN §1 "Wide intake"). */
function refusalLines({ order }: OrderView, look: Look): string[] {
  const violation = (order as { policyViolation?: { reason?: unknown; message?: unknown } }).policyViolation; // own extension, absent on most orders
  if (!violation) return [];
  return wrap(`refused: ${clean(String(violation.reason ?? ''))} ${clean(String(violation.message ?? ''))}`.trimEnd(), lineWidth(look));
}

/** What a held order waits for (DOMAIN §4 "Service order"): somebody frees a stuck task or tries a failed one again. */
function mendLines({ order, tasks }: OrderView): string[] {
  if (order.state !== 'held') return [];
  return tasks.flatMap(({ id, state }) => {
    if (state === 'stuck') return [`goes on after: bss prov resolve ${clean(id)} --note '<what was mended>'`];
    return state === 'failed' ? [`goes on after: bss prov retry ${clean(id)}`] : [];
  });
}

import type { Fix } from '#runtime/errors';

/** Tool → what a person types for it; `{argument}` is filled from the fix or the context of the refusal. */
export const fixTemplates: Readonly<Record<string, string>> = {
  'customer.create': 'customer create {name}',
  'customer.find_by_email': 'customer find {email}',
  'customer.find_by_msisdn': 'customer find {msisdn}',
  'customer.list': 'customer list',
  'customer.get': 'customer show {customer_id}',
  'customer.view_360': 'customer 360 {customer_id}',
  'customer.attest_kyc': 'customer kyc-attest {customer_id}',
  'customer.get_kyc_status': 'customer kyc-status {customer_id}',
  'agents.list': 'api crm.listAgent',
  'case.open': 'case open {customer_id} {subject} --category {category}',
  'case.list': 'case list',
  'case.transition': 'case move {case_id} {to_state}',
  'ticket.assign': 'ticket assign {ticket_id} {agent_id}',
  'ticket.resolve': 'ticket resolve {ticket_id} {resolution_notes}',
  'interaction.log': 'interaction log {customer_id} {summary}',
  'catalog.list_offerings': 'catalog list',
  'catalog.list_active_offerings': 'catalog list --active',
  'catalog.get_offering': 'catalog show {offering_id}',
  'catalog.list_vas': 'catalog vas',
  'catalog.get_active_price': 'catalog price {offering_id}',
  'order.create': 'order create {customer_id} {offering_id}',
  'order.list': 'order list --customer {customer_id}',
  'order.get': 'order show {order_id}',
  'order.cancel': 'order cancel {order_id}',
  'order.wait_until': 'order wait {order_id}',
  'subscription.list_for_customer': 'subscription list --customer {customer_id}',
  'subscription.get': 'subscription show {subscription_id}',
  'subscription.get_balance': 'subscription balance {subscription_id}',
  'subscription.purchase_vas': 'subscription vas {subscription_id} {vas_offering_id}',
  'subscription.renew_now': 'subscription renew {subscription_id}',
  'subscription.schedule_plan_change': 'subscription change-plan {subscription_id} {new_offering_id}',
  'subscription.cancel_pending_plan_change': 'subscription cancel-change {subscription_id}',
  'subscription.terminate': 'subscription terminate {subscription_id}',
  'payment.add_card': 'payment add-card {customer_id}',
  'payment.list_methods': 'payment methods {customer_id}',
  'inventory.msisdn.list_available': 'inventory msisdn-list --status available',
  'inventory.msisdn.get': 'inventory msisdn-show {msisdn}',
  'inventory.msisdn.count': 'inventory msisdn-count',
  'inventory.esim.list_available': 'inventory esim-list --status available',
  'inventory.esim.get': 'inventory esim-show {iccid}',
  'inventory.esim.get_activation': 'inventory esim-show {iccid}',
  'provisioning.list_tasks': 'prov tasks',
  'provisioning.get_task': 'prov show {task_id}',
  'provisioning.resolve_stuck': 'prov resolve {task_id} --note {note}',
  'provisioning.retry_failed': 'prov retry {task_id}',
  'payment.list_attempts': 'api TMF676.listPayment',
  'payment.get_attempt': 'api TMF676.retrievePayment -p id={attempt_id}',
  'service_order.get': 'api TMF641.retrieveServiceOrder -p id={service_order_id}',
  'service_order.list_for_order': 'api TMF641.listServiceOrder',
  'usage.history': 'usage history',
  'bill.list': 'bill list {customer_id}',
  'bill.get': 'bill show {bill_id}',
  'admin.parked_list': 'api admin.listParkedMessage',
  'clock.now': 'clock now',
  'events.list': 'events list',
};

/**
 * The command line that does what a fix proposes. What neither the fix nor the refusal names stays a
 * `<placeholder>`.
 * @returns undefined when no command does it: then the hint must do
 */
export function fixCommand({ tool, args = {} }: Fix, context: Readonly<Record<string, unknown>>): string | undefined {
  const template = tool === undefined ? undefined : fixTemplates[tool];
  if (template === undefined) return undefined;
  return `bss ${template.replace(/\{(\w+)\}/g, (_, name: string) => word(args[name] ?? context[camel(name)], name))}`;
}

function word(value: unknown, name: string): string {
  if (typeof value !== 'string' && typeof value !== 'number') return `<${name.replaceAll('_', '-')}>`;
  const text = String(value);
  // POSIX quoting: what is printed here is meant to be copied into a shell.
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

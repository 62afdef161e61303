/** Event types and how often each must have happened. */
export type Tally = ReadonlyMap<string, number>;

const times = (count: number, types: readonly string[]): string[] => Array.from({ length: count }, () => types).flat();

/** A service order of `tasks` network tasks that moves services `moves` times (SCENARIOS §3). */
const serviceOrder = (tasks: number, moves: number): string[] => [
  'service_order.acknowledged', 'service_order.in_progress', 'service_order.completed',
  ...times(tasks, ['service_order.task_requested', 'provisioning.task_created', 'provisioning.task_completed']),
  ...times(moves, ['service.state_changed']),
];

const sale = ['payment.created', 'payment.authorized', 'payment.captured', 'rate.applied', 'bill.created'];

/** The macros of SCENARIOS §3 that the hero scenario is made of. */
export const macros = {
  CUST: ['customer.created', 'customer.kyc_verified', 'interaction.created', 'interaction.created', 'payment_method.added'],
  ORDER: [
    'order.acknowledged', 'order.in_progress', 'order.completed', ...sale, 'msisdn.reserved', 'msisdn.assigned',
    'esim.reserved', 'esim.downloaded', 'esim.installed', 'esim.enabled', ...times(3, ['service.created']), ...serviceOrder(4, 6),
    'subscription.created', 'subscription.activated',
  ],
  USE: ['usage.received', 'usage.guided', 'usage.rated', 'usage.billed', 'subscription.usage_applied'],
  LATE: ['usage.received', 'usage.guided', 'usage.rated', 'usage.rejected'],
  BLOCK: ['subscription.exhausted', 'subscription.blocked', ...serviceOrder(2, 3)],
  UNBLOCK: ['subscription.unblocked', ...serviceOrder(2, 3)],
  VAS: [...sale, 'subscription.vas_purchased'],
} as const;

/** SCENARIOS H1: `CUST ORDER USEx3 BLOCK LATE VAS UNBLOCK`. */
export const heroEvents: Tally = tally([
  ...macros.CUST, ...macros.ORDER, ...times(3, macros.USE), ...macros.BLOCK, ...macros.LATE, ...macros.VAS, ...macros.UNBLOCK,
]);

const repeated = (count: number, chain: readonly string[]): string[] => Array.from({ length: count }, () => chain.join(' '));

/** A service order's own events, in their order. */
const serviceOrderChain = (tasks: number): string[] =>
  ['service_order.acknowledged', 'service_order.in_progress', ...times(tasks, ['service_order.task_requested']), 'service_order.completed'];

const usageChain = (end: string): string[] => ['usage.received', 'usage.guided', 'usage.rated', end];

/** The same events in order: what happened to each aggregate of the hero scenario, first to last. */
export const heroChains: Tally = tally([
  ...repeated(1, ['customer.created', 'customer.kyc_verified']), ...repeated(2, ['interaction.created']), ...repeated(1, ['payment_method.added']),
  ...repeated(1, ['order.acknowledged', 'order.in_progress', 'order.completed']),
  ...repeated(2, ['payment.created', 'payment.authorized', 'payment.captured']), ...repeated(2, ['rate.applied']), ...repeated(2, ['bill.created']),
  ...repeated(1, ['msisdn.reserved', 'msisdn.assigned']), ...repeated(1, ['esim.reserved', 'esim.downloaded', 'esim.installed', 'esim.enabled']),
  ...repeated(1, serviceOrderChain(4)), ...repeated(2, serviceOrderChain(2)),
  ...repeated(8, ['provisioning.task_created', 'provisioning.task_completed']),
  ...repeated(3, ['service.created', ...times(4, ['service.state_changed'])]),
  ...repeated(1, [
    'subscription.created', 'subscription.activated', 'subscription.usage_applied', 'subscription.usage_applied', 'subscription.exhausted',
    'subscription.blocked', 'subscription.vas_purchased', 'subscription.unblocked', 'subscription.usage_applied',
  ]),
  ...repeated(3, usageChain('usage.billed')), ...repeated(1, usageChain('usage.rejected')),
]);

/** What happened to each aggregate, first to last. */
export function chainsOf(events: readonly { readonly type: string; readonly aggregateId: string }[]): string[] {
  return [...Map.groupBy(events, ({ aggregateId }) => aggregateId).values()].map((own) => own.map(({ type }) => type).join(' '));
}

export function tally(types: readonly string[]): Tally {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

export interface Deviation {
  readonly type: string;
  readonly expected: number;
  readonly found: number;
}

/** Types that happened too seldom or too often; none when both tallies are equal. */
export function deviations(expected: Tally, found: Tally): Deviation[] {
  return [...new Set([...expected.keys(), ...found.keys()])]
    .map((type) => ({ type, expected: expected.get(type) ?? 0, found: found.get(type) ?? 0 }))
    .filter((one) => one.expected !== one.found)
    .toSorted((a, b) => a.type.localeCompare(b.type));
}

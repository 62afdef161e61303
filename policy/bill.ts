import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';
import { PolicyViolation } from '#runtime/errors';

/** The states of TMF678 stateValue a bill takes: it is paid before it is written (P1). */
export const billStates = ['settled', 'onHold'] as const;
export type BillState = (typeof billStates)[number];

type BillTrigger = 'create' | 'dispute' | 'release';

/** DOMAIN §4 "Customer bill". */
export const billMachine = new Machine<'bill', BillState, BillTrigger, void>({
  aggregate: 'bill',
  area: 'bill',
  states: billStates,
  final: [],
  event: () => 'bill.state_changed',
  transitions: [
    { from: null, trigger: 'create', to: 'settled', events: ['bill.created'] },
    { from: ['settled'], trigger: 'dispute', to: 'onHold' },
    { from: ['onHold'], trigger: 'release', to: 'settled' },
  ],
});

export const onDemandStates = ['inProgress', 'done', 'rejected', 'terminatedWithError'] as const;
export type OnDemandState = (typeof onDemandStates)[number];

export interface OnDemandFacts {
  readonly accountId: string | null;
  readonly accountKnown: boolean;
}

export const accountUnknown = rule<OnDemandFacts>({
  code: 'bill.on_demand.account_unknown',
  title: 'A bill is asked for an account of ours',
  when: 'customerBillOnDemand, unknown account',
  check: (facts) => facts.accountKnown,
  context: ({ accountId }) => ({ billingAccountId: accountId, missing: 'billingAccount' }),
  fix: () => [{ hint: 'Name the billing account of the customer (BA-…).', tool: 'bill.list' }],
});

type OnDemandTrigger = 'create' | 'finish' | 'reject' | 'break_off';

/** DOMAIN §4, "On demand": every change records bill.on_demand_changed, the creation nothing. */
export const onDemandMachine = new Machine<'bill_on_demand', OnDemandState, OnDemandTrigger, OnDemandFacts>({
  aggregate: 'bill_on_demand',
  area: 'bill',
  states: onDemandStates,
  final: ['done', 'rejected', 'terminatedWithError'],
  event: () => 'bill.on_demand_changed',
  transitions: [
    { from: null, trigger: 'create', to: 'inProgress', events: [] },
    { from: ['inProgress'], trigger: 'finish', to: 'done', guard: [accountUnknown] },
    { from: ['inProgress'], trigger: 'reject', to: 'rejected' },
    { from: ['inProgress'], trigger: 'break_off', to: 'terminatedWithError' },
  ],
});

/** The account exists from the first card or charge of a customer on. */
export const openAccount = action('billing_account.open');

/**
 * The trigger by which a client's PATCH reaches a state (TMF.md §4): onHold holds a settled bill,
 * settled releases it.
 * @throws {PolicyViolation} bill.transition.invalid for every other state
 */
export function billTrigger(billId: string, state: BillState, wanted: unknown): 'dispute' | 'release' {
  if (wanted === 'onHold') return 'dispute';
  if (wanted === 'settled') return 'release';
  const legal = billMachine.legal(state);
  throw new PolicyViolation(
    'bill.transition.invalid', `A bill cannot be set to ${String(wanted)}; it is written settled, and may be held and released.`,
    { billId, state, trigger: `set ${String(wanted)}`, legal }, [{ hint: 'Set onHold to dispute the bill, settled to release it.' }],
  );
}

/** A settled bill takes nothing new, not even attributes the document does not know (TMF.md §1: patch `state` only). */
export const onlyState = (billId: string, state: BillState, fields: readonly string[]): PolicyViolation =>
  new PolicyViolation('bill.patch.field_locked', `Only the state of a bill can be patched, not ${fields.join(', ')}.`, { billId, state, field: fields[0], fields },
    [{ hint: 'Set onHold to dispute the bill, settled to release it.' }]);

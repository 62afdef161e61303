import type { Fix } from '#runtime/errors';
import { action } from './action.ts';
import { Machine } from './machine.ts';
import { rule } from './rule.ts';

export const offeringStates = ['In design', 'Launched', 'Retired', 'Obsolete'] as const;
export type OfferingState = (typeof offeringStates)[number];
export type OfferingTrigger = 'create' | 'launch' | 'retire' | 'drop' | 'restoreRetired' | 'restoreObsolete';

/** What a price, offering or specification is called that does not exist yet. */
export interface CreateFacts {
  readonly id: string;
  readonly taken: boolean;
}

/** What policy knows of an offering whose state is to change. */
export interface OfferingFacts extends DeleteFacts {
  readonly state: OfferingState;
  readonly specificationId: string | null;
  readonly specificationMapped: boolean;
  readonly priceInForce: boolean;
  /** Allowances it grants. */
  readonly granted: readonly string[];
  readonly blocking: readonly string[];
}

export interface WindowFacts {
  readonly id: string;
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
}

export interface PriceFacts extends CreateFacts, WindowFacts {
  readonly offeringId: string | null;
  /** Minor units; null when the posted value is no whole number of them, undefined when no price was named. */
  readonly amountMinor: number | null | undefined;
  readonly currency: string | null;
  readonly expectedCurrency: string;
  /** Price of the same offering and kind whose validity overlaps. */
  readonly overlapping: string | null;
  /** The amount changes although an order or line has taken it over. */
  readonly frozenAmountChanges: boolean;
}

export interface DeleteFacts {
  readonly type: string;
  readonly id: string;
  /** `type id` of what hangs on the row. */
  readonly references: readonly string[];
}

const addPrice = (offeringId: string | null): readonly Fix[] => [
  { hint: 'Add a price that is in force.', tool: 'catalog.add_price', args: offeringId === null ? {} : { offering_id: offeringId } },
];

const offeringContext = (facts: OfferingFacts): Record<string, unknown> => ({ offeringId: facts.id, state: facts.state });

export const idTaken = rule<CreateFacts>({
  code: 'catalog.create.id_taken',
  title: 'This id is taken.',
  when: 'id exists',
  check: (facts) => !facts.taken,
  context: (facts) => ({ id: facts.id }),
  fix: (facts) => [{ hint: `Choose another id than ${facts.id}, or change what is there.` }],
});

/** A specification by itself, or the one an offering names. */
export type MappingFacts = Pick<OfferingFacts, 'specificationId' | 'specificationMapped'> & Partial<Pick<OfferingFacts, 'id' | 'state'>>;

export const specificationUnmapped = rule<MappingFacts>({
  code: 'catalog.launch.specification_unmapped',
  title: 'The product specification becomes no service.',
  when: 'no CFS mapping',
  check: (facts) => facts.specificationMapped,
  context: ({ id, state, specificationId }) => ({ ...(id === undefined ? {} : { offeringId: id, state }), specificationId }),
  fix: () => [{ hint: 'Name SPEC_MOBILE_PREPAID as the productSpecification of the offering.' }],
});

export const launchPriceMissing = rule<OfferingFacts>({
  code: 'catalog.launch.price_missing',
  title: 'The offering has no price in force.',
  when: 'no price in force',
  check: (facts) => facts.priceInForce,
  context: offeringContext,
  fix: (facts) => addPrice(facts.id),
});

export const allowanceMissing = rule<OfferingFacts>({
  code: 'catalog.launch.allowance_missing',
  title: 'The offering grants nothing.',
  when: 'grants nothing',
  check: (facts) => facts.granted.length > 0,
  context: offeringContext,
  fix: () => [{ hint: 'Grant data, voice, sms or data_roaming as prodSpecCharValueUse of the offering.' }],
});

export const blockingUnknown = rule<OfferingFacts>({
  code: 'catalog.launch.blocking_unknown',
  title: 'A blocking allowance is not granted.',
  when: 'blocking allowance not granted',
  check: (facts) => facts.blocking.every((allowance) => facts.granted.includes(allowance)),
  context: (facts) => ({ ...offeringContext(facts), allowance: facts.blocking.filter((one) => !facts.granted.includes(one)) }),
  fix: (facts) => [{ hint: `Grant it, or let only ${facts.granted.join(', ')} block the line.` }],
});

export const windowInvalid = rule<WindowFacts>({
  code: 'catalog.window.invalid',
  title: 'The validity ends before it begins.',
  when: 'end ≤ start',
  check: ({ validFrom, validTo }) => validTo === null || validFrom === null || validTo > validFrom,
  context: ({ id, validFrom, validTo }) => ({ id, validFrom: validFrom?.toISOString(), validTo: validTo?.toISOString() }),
  fix: () => [{ hint: 'Let validFor.endDateTime be after validFor.startDateTime.' }],
});

export const priceOverlap = rule<PriceFacts>({
  code: 'catalog.price.overlap',
  title: 'Another price of the offering is valid in that time.',
  when: 'two recurring prices at one time',
  check: (facts) => facts.overlapping === null,
  context: (facts) => ({ offeringId: facts.offeringId, priceId: facts.overlapping, newPriceId: facts.id }),
  fix: (facts) => [{
    hint: `Close ${facts.overlapping ?? 'the other price'} first: end its validity, or add the new price with retireCurrent.`,
    tool: 'catalog.add_price', args: { offering_id: facts.offeringId, retire_current: true },
  }],
});

export const priceNoneInForce = rule<{ readonly offeringId: string; readonly at: Date; readonly found: boolean }>({
  code: 'catalog.price.none_in_force',
  title: 'The offering has no price at that time.',
  when: 'no price at that time',
  check: (facts) => facts.found,
  context: (facts) => ({ offeringId: facts.offeringId, at: facts.at.toISOString() }),
  fix: (facts) => addPrice(facts.offeringId),
});

export const priceFrozen = rule<PriceFacts>({
  code: 'catalog.price.frozen',
  title: 'Orders or lines hold this amount: it never changes.',
  when: 'amount already snapshotted',
  check: (facts) => !facts.frozenAmountChanges,
  context: (facts) => ({ priceId: facts.id, offeringId: facts.offeringId }),
  fix: (facts) => [{ hint: 'Add a price with the new amount.', tool: 'catalog.add_price', args: { offering_id: facts.offeringId } }],
});

export const currencyMismatch = rule<PriceFacts>({
  code: 'catalog.price.currency_mismatch',
  title: 'The price is not in the currency of the operator.',
  when: 'not operator currency',
  check: (facts) => facts.amountMinor === undefined || facts.currency === null || facts.currency === facts.expectedCurrency,
  context: (facts) => ({ priceId: facts.id, currency: facts.currency, expected: facts.expectedCurrency }),
  fix: (facts) => [{ hint: `Give the price in ${facts.expectedCurrency}.` }],
});

export const amountInvalid = rule<PriceFacts>({
  code: 'catalog.price.amount_invalid',
  title: 'The amount is negative or not a whole number of minor units.',
  when: 'negative or not whole minor units',
  check: (facts) => facts.amountMinor === undefined || (facts.amountMinor !== null && facts.amountMinor >= 0),
  context: (facts) => ({ priceId: facts.id, expected: 'zero or more, at most two decimals' }),
  fix: () => [{ hint: 'Give zero or more with at most two decimals.' }],
});

export const deleteHasEffects = rule<DeleteFacts>({
  code: 'catalog.delete.has_effects',
  title: 'Other records hang on it.',
  when: 'records or effects hang on it',
  check: (facts) => facts.references.length === 0,
  context: (facts) => ({ type: facts.type, id: facts.id, references: facts.references }),
  fix: () => [{ hint: 'Retire it instead: set lifecycleStatus to Retired.', tool: 'catalog.retire_offering' }],
});

/** What a launched offering keeps to whatever is changed about it; its price may lapse, which takes it off sale. */
export const launchRules = [specificationUnmapped, allowanceMissing, blockingUnknown] as const;

export const offeringMachine = new Machine<'offering', OfferingState, OfferingTrigger, OfferingFacts>({
  aggregate: 'offering',
  area: 'catalog',
  states: offeringStates,
  final: ['Obsolete'],
  event: () => 'catalog.offering_state_changed',
  transitions: [
    { from: null, trigger: 'create', to: 'In design', events: ['catalog.offering_created'] },
    // An imported catalog keeps what it no longer sells; nothing is sold by that, so nothing is asked.
    { from: null, trigger: 'restoreRetired', to: 'Retired', events: ['catalog.offering_created'] },
    { from: null, trigger: 'restoreObsolete', to: 'Obsolete', events: ['catalog.offering_created'] },
    {
      from: ['In design', 'Retired'], trigger: 'launch', to: 'Launched',
      guard: [specificationUnmapped, launchPriceMissing, allowanceMissing, blockingUnknown],
    },
    { from: ['Launched'], trigger: 'retire', to: 'Retired' },
    { from: ['In design', 'Retired'], trigger: 'drop', to: 'Obsolete', guard: [deleteHasEffects] },
  ],
});

/** The trigger that leads to a state somebody wrote into `lifecycleStatus`; the state itself where none does. */
export function offeringTriggerTo(state: string): OfferingTrigger {
  const triggers: Readonly<Record<string, OfferingTrigger>> = { 'In design': 'create', Launched: 'launch', Retired: 'retire', Obsolete: 'drop' };
  // A state nobody knows is asked for as creation, which no existing offering allows.
  return triggers[state] ?? 'create';
}

export const createOffering = action<'catalog.create_offering', CreateFacts & WindowFacts>('catalog.create_offering', [idTaken, windowInvalid]);
export const changeOffering = action<'catalog.change_offering', WindowFacts>('catalog.change_offering', [windowInvalid]);
export const createPrice = action<'catalog.create_price', PriceFacts>('catalog.create_price', [
  idTaken, currencyMismatch, amountInvalid, windowInvalid, priceOverlap,
]);
export const changePrice = action<'catalog.change_price', PriceFacts>('catalog.change_price', [
  currencyMismatch, amountInvalid, priceFrozen, windowInvalid, priceOverlap,
]);
/** Ends the validity of the price in force where its successor begins. */
export const closePrice = action('catalog.close_price');
/** A price taken over by an order or line. */
export const freezePrice = action('catalog.freeze_price');
export const createEntry = action<'catalog.create_entry', CreateFacts>('catalog.create_entry', [idTaken]);
export const changeEntry = action('catalog.change_entry');
export const deleteEntry = action<'catalog.delete_entry', DeleteFacts>('catalog.delete_entry', [deleteHasEffects]);
/** What events tell about lines that live on an offering. */
export const noteLine = action('catalog.note_line');

import test from 'ava';
import {
  allowanceMissing, amountInvalid, blockingUnknown, changeOffering, changePrice, createOffering, createPrice, currencyMismatch, deleteEntry, deleteHasEffects,
  idTaken, launchPriceMissing, offeringMachine, offeringTriggerTo, priceFrozen, priceNoneInForce, priceOverlap, specificationUnmapped, windowInvalid,
  type OfferingFacts, type PriceFacts,
} from '#policy/catalog';
import { holds, walk } from './table.ts';

const from = new Date('2026-01-01T00:00:00Z');
const to = new Date('2026-02-01T00:00:00Z');

const offering: OfferingFacts = {
  type: 'productOffering', id: 'PLAN_X', state: 'In design', references: [], specificationId: 'SPEC_MOBILE_PREPAID', specificationMapped: true, priceInForce: true,
  granted: ['data', 'voice'], blocking: ['data'],
};
const price: PriceFacts = {
  id: 'PRICE_X', taken: false, offeringId: 'PLAN_X', amountMinor: 1000, currency: 'SGD', expectedCurrency: 'SGD', validFrom: from, validTo: null, overlapping: null,
  frozenAmountChanges: false,
};

test('an offering moves exactly as DOMAIN §4 says', (t) => {
  const changed = 'catalog.offering_state_changed';
  walk(t, offeringMachine, [
    ['–', 'create', 'In design', 'catalog.offering_created'],
    // An import keeps what is no longer sold.
    ['–', 'restoreRetired', 'Retired', 'catalog.offering_created'], ['–', 'restoreObsolete', 'Obsolete', 'catalog.offering_created'],
    ['In design', 'launch', 'Launched', changed], ['Retired', 'launch', 'Launched', changed],
    ['Launched', 'retire', 'Retired', changed],
    ['In design', 'drop', 'Obsolete', changed], ['Retired', 'drop', 'Obsolete', changed],
  ], offering);
});

test('a launch asks for service, price and allowances', (t) => {
  const context = { offeringId: 'PLAN_X', state: 'In design' };
  holds(t, specificationUnmapped, 'catalog.launch.specification_unmapped', offering, { ...offering, specificationMapped: false }, { ...context, specificationId: 'SPEC_MOBILE_PREPAID' });
  holds(t, launchPriceMissing, 'catalog.launch.price_missing', offering, { ...offering, priceInForce: false }, context);
  holds(t, allowanceMissing, 'catalog.launch.allowance_missing', offering, { ...offering, granted: [] }, context);
  holds(t, blockingUnknown, 'catalog.launch.blocking_unknown', offering, { ...offering, blocking: ['data', 'sms'] }, { ...context, allowance: ['sms'] });
  for (const broken of [{ specificationMapped: false }, { priceInForce: false }, { granted: [] }, { blocking: ['sms'] }]) {
    t.throws(() => offeringMachine.move({}, 'In design', 'launch', { ...offering, ...broken }));
  }
  t.throws(() => offeringMachine.move({}, 'Retired', 'drop', { ...offering, references: ['subscription SUB-001'] }), { message: /hang on it/ });
});

test('a written status asks for the trigger that leads there', (t) => {
  t.deepEqual(['Launched', 'Retired', 'Obsolete', 'In design', 'Sold out'].map(offeringTriggerTo), ['launch', 'retire', 'drop', 'create', 'create']);
});

test('a price is checked for currency, amount, window, overlap and freeze', (t) => {
  const context = { offeringId: 'PLAN_X' };
  holds(t, currencyMismatch, 'catalog.price.currency_mismatch', price, { ...price, currency: 'EUR' }, { currency: 'EUR', expected: 'SGD' });
  holds(t, amountInvalid, 'catalog.price.amount_invalid', { ...price, amountMinor: 0 }, { ...price, amountMinor: -1 }, { priceId: 'PRICE_X' });
  t.false(amountInvalid.check({ ...price, amountMinor: null }), 'not a whole number of minor units');
  t.true(amountInvalid.check({ ...price, amountMinor: undefined }), 'no amount named');
  holds(t, windowInvalid, 'catalog.window.invalid', { ...price, validTo: to }, { ...price, validTo: from }, { id: 'PRICE_X' });
  holds(t, priceOverlap, 'catalog.price.overlap', price, { ...price, overlapping: 'PRICE_Y' }, { ...context, priceId: 'PRICE_Y' });
  holds(t, priceFrozen, 'catalog.price.frozen', price, { ...price, frozenAmountChanges: true }, { ...context, priceId: 'PRICE_X' });
  holds(t, priceNoneInForce, 'catalog.price.none_in_force', { offeringId: 'PLAN_X', at: from, found: true }, { offeringId: 'PLAN_X', at: from, found: false }, { ...context, at: from.toISOString() });
  holds(t, idTaken, 'catalog.create.id_taken', price, { ...price, taken: true }, { id: 'PRICE_X' });
});

test('every write of the catalog asks its rules', (t) => {
  const codes = (list: readonly { rule: string }[]): string[] => list.map(({ rule }) => rule);
  const bad = { ...price, taken: true, currency: 'EUR', amountMinor: -1, validTo: from, overlapping: 'PRICE_Y', frozenAmountChanges: true };
  t.deepEqual(codes(createPrice.check(bad)), ['catalog.create.id_taken', 'catalog.price.currency_mismatch', 'catalog.price.amount_invalid', 'catalog.window.invalid', 'catalog.price.overlap']);
  t.deepEqual(codes(changePrice.check(bad)), ['catalog.price.currency_mismatch', 'catalog.price.amount_invalid', 'catalog.price.frozen', 'catalog.window.invalid', 'catalog.price.overlap']);
  t.deepEqual(codes(createOffering.check(bad)), ['catalog.create.id_taken', 'catalog.window.invalid']);
  t.deepEqual(codes(changeOffering.check(bad)), ['catalog.window.invalid']);
  const kept = { type: 'category', id: 'CTGY-001', references: ['catalog CATL-001'] };
  t.deepEqual(codes(deleteEntry.check(kept)), ['catalog.delete.has_effects']);
  holds(t, deleteHasEffects, 'catalog.delete.has_effects', { ...kept, references: [] }, kept, kept);
});

import test from 'ava';
import { PolicyViolation } from '#runtime/errors';
import { allowanceOf, rateUsage, type RatingFacts } from '#policy/rating';
import { violations } from '#policy/rule';
import {
  applyUsage, createSpecification, deleteSpecification, deleteUsage, duplicateConflict, noLine, notRejected, recordRules, reported, usageMachine, usageStates,
  type RecordFacts, type UsageState, type UsageTrigger,
} from '#policy/usage';

/** DOMAIN §4 Usage, §6 mediation and rating. */
const noon = new Date('2026-05-05T12:00:00Z');
const at = (ms: number): Date => new Date(noon.getTime() + ms);
const hour = 3_600_000;

const good: RecordFacts = {
  usageId: 'USG-001', specificationId: 'USPEC_DATA', specificationKnown: true, msisdn: '90000001', eventType: 'data', reported: reported(1.5, 'GB'),
  eventTime: noon, now: noon, receivedAt: noon, lateHours: 48,
};

test('a good record breaks no rule', (t) => {
  t.deepEqual(violations(recordRules, good), []);
  t.is(good.reported.baseQuantity, 1_610_612_736);
});

const verdicts: readonly (readonly [string, string, Partial<RecordFacts>, object])[] = [
  ['an unknown specification', 'usage.record.specification_unknown', { specificationId: 'USPEC_FAX', specificationKnown: false }, { specificationId: 'USPEC_FAX' }],
  ['no number', 'usage.record.characteristic_missing', { msisdn: null }, { name: 'msisdn' }],
  ['no quantity and no unit', 'usage.record.characteristic_missing', { reported: reported(null, null) }, { missing: ['quantity', 'unit'] }],
  ['a quantity of zero', 'usage.record.quantity_invalid', { reported: reported(0, 'MB') }, { quantity: 0 }],
  ['a negative quantity', 'usage.record.quantity_invalid', { reported: reported(-1, 'MB') }, { quantity: -1 }],
  ['half a byte', 'usage.record.quantity_invalid', { reported: reported(0.5, 'byte') }, { unit: 'byte' }],
  ['seconds of data', 'usage.record.unit_mismatch', { reported: reported(10, 'second') }, { unit: 'second', legal: ['byte', 'KB', 'MB', 'GB'] }],
  ['a unit nobody knows', 'usage.record.unit_mismatch', { reported: reported(10, 'furlong') }, { unit: 'furlong' }],
  ['more than 5 minutes ahead', 'usage.record.in_future', { eventTime: at(5 * 60_000 + 1) }, { now: '2026-05-05T12:00:00.000Z' }],
  ['more than 48 hours late', 'usage.record.too_late', { eventTime: at(-48 * hour - 1) }, { limit: 48 }],
];

for (const [what, code, change, context] of verdicts) {
  test(`${what}: ${code}`, (t) => {
    const [first] = violations(recordRules, { ...good, ...change });
    t.is(first?.rule, code);
    t.like(first?.context, { usageId: 'USG-001', ...context });
    t.true((first?.fix.length ?? 0) > 0);
  });
}

test('exactly 5 minutes ahead and exactly 48 hours late are still good', (t) => {
  t.deepEqual(violations(recordRules, { ...good, eventTime: at(5 * 60_000) }), []);
  t.deepEqual(violations(recordRules, { ...good, eventTime: at(-48 * hour) }), []);
});

test('a record that came in time stays in time when it is recycled a week later', (t) => {
  t.deepEqual(violations(recordRules, { ...good, now: at(7 * 24 * hour) }), []);
});

test('the same reference with other content is a conflict', (t) => {
  const facts = { usageId: 'USG-001', source: 'smsc', rawCdrRef: 'r1', same: false };
  t.is(duplicateConflict.status, 409);
  t.false(duplicateConflict.check(facts));
  t.like(duplicateConflict.context(facts), { usageId: 'USG-001' });
  t.true(duplicateConflict.check({ ...facts, same: true }));
});

test('a number that nobody held, and a record that is not rejected, are refused', (t) => {
  const guide = { usageId: 'USG-001', msisdn: '90000001', eventTime: noon, subscriptionId: null };
  t.false(noLine.check(guide));
  t.like(noLine.context(guide), { msisdn: '90000001' });
  t.true(noLine.check({ ...guide, subscriptionId: 'SUB-001' }));
  for (const state of usageStates) t.is(notRejected.check({ usageId: 'USG-001', state }), state === 'rejected');
  t.like(notRejected.context({ usageId: 'USG-001', state: 'billed' }), { usageId: 'USG-001', state: 'billed' });
});

test('only an active line is drawn from; all of a refused use is excess', (t) => {
  const facts = { usageId: 'USG-001', subscriptionId: 'SUB-001', customerId: 'CUST-001', quantity: 7 };
  for (const state of ['pending', 'blocked', 'terminated'] as const) {
    const error = t.throws(() => applyUsage.permit({}, { ...facts, state }), { instanceOf: PolicyViolation });
    t.is(error?.rule, 'usage.apply.line_not_active');
    t.like(error?.context, { state, unratedExcess: 7 });
    t.true((error?.fix.length ?? 0) > 0);
  }
  t.truthy(applyUsage.permit({}, { ...facts, state: 'active' }));
});

test('what a line or a usage hangs on is not deleted, and says what hangs on it', (t) => {
  for (const [action, type, reference] of [[deleteUsage, 'usage', 'SUB-001'], [deleteSpecification, 'usageSpecification', 'USG-001']] as const) {
    const error = t.throws(() => action.permit({}, { type, id: 'X', references: [reference] }), { instanceOf: PolicyViolation });
    t.is(error?.rule, 'usage.delete.has_effects');
    t.deepEqual(error?.context, { type, id: 'X', references: [reference] });
    t.true((error?.fix.length ?? 0) > 0);
    t.truthy(action.permit({}, { type, id: 'X', references: [] }));
  }
});

test('a specification may have an id of its own that no other has', (t) => {
  t.is(t.throws(() => createSpecification.permit({}, { id: 'USPEC_DATA', taken: true }), { instanceOf: PolicyViolation })?.rule, 'catalog.create.id_taken');
  t.truthy(createSpecification.permit({}, { id: 'USPEC_MMS', taken: false }));
});

test('a record moves along the table of its states and nowhere else', (t) => {
  const table: Readonly<Record<string, UsageState>> = {
    'null receive': 'received', 'received guide': 'guided', 'recycled guide': 'guided', 'guided rate': 'rated', 'rated bill': 'billed',
    'received reject': 'rejected', 'recycled reject': 'rejected', 'guided reject': 'rejected', 'rated reject': 'rejected', 'rejected recycle': 'recycled',
  };
  const triggers: readonly UsageTrigger[] = ['receive', 'guide', 'rate', 'bill', 'reject', 'recycle'];
  let seen = 0;
  for (const from of [null, ...usageStates]) {
    for (const trigger of triggers) {
      const want = table[`${from} ${trigger}`];
      t.is(usageMachine.can(from, trigger), want !== undefined, `${from} ${trigger}`);
      if (!want) continue;
      seen += 1;
      const move = usageMachine.move({}, from, trigger, null);
      t.is(move.to, want);
      t.deepEqual(move.events, [`usage.${want}`]);
    }
  }
  t.is(seen, Object.keys(table).length);
});

const use: RatingFacts = { usageId: 'USG-001', offeringId: 'PLAN_S', eventType: 'data', roaming: false, eventTime: noon, granted: ['data', 'voice', 'sms'], held: [] };

test('roaming data draws its own allowance, other roaming the home one', (t) => {
  t.deepEqual([allowanceOf('data', false), allowanceOf('data', true), allowanceOf('voice', true), allowanceOf('sms', true)], ['data', 'data_roaming', 'voice', 'sms']);
});

test('a use that neither plan nor top-up covers is not rated', (t) => {
  t.truthy(rateUsage.permit({}, use));
  const abroad: RatingFacts = { ...use, roaming: true };
  const error = t.throws(() => rateUsage.permit({}, abroad), { instanceOf: PolicyViolation });
  t.is(error?.rule, 'usage.rate.no_allowance');
  t.like(error?.context, { usageId: 'USG-001', allowance: 'data_roaming' });
  t.is(error?.fix[0]?.tool, 'catalog.list_vas');
  t.truthy(rateUsage.permit({}, { ...abroad, held: ['data_roaming'] }));
});

test('a plan the catalog does not know gives no tariff', (t) => {
  const error = t.throws(() => rateUsage.permit({}, { ...use, granted: null }), { instanceOf: PolicyViolation });
  t.is(error?.rule, 'usage.rate.no_tariff');
  t.true((error?.fix.length ?? 0) > 0);
});

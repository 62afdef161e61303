import test from 'ava';
import { activationNotIssued, assignEsim, eidInvalid, esimMachine, esimNotReserved, esimPoolEmpty, esimRangeSize, type EsimFacts } from '#policy/esim';
import {
  msisdnMachine, msisdnNotReserved, msisdnPoolEmpty, msisdnRangeOutsidePlan, msisdnRangeSize, numberFormatInvalid, numberNotAvailable, quarantineLineLive,
  type MsisdnFacts, type MsisdnRangeFacts, type ReservationFacts,
} from '#policy/msisdn';
import { holds, walk } from './table.ts';

const number: MsisdnFacts = { msisdn: '90000000', orderId: 'ORD-001', reservedBy: 'ORD-001' };
const profile: EsimFacts = { iccid: '8965010000000000013', orderId: 'ORD-001', reservedBy: 'ORD-001', eid: '89049032000000000000000000000000', eidValid: true };

test('a number moves exactly as DOMAIN §4 says', (t) => {
  walk(t, msisdnMachine, [
    ['–', 'add', 'available', 'msisdn.range_added'], ['available', 'reserve', 'reserved', 'msisdn.reserved'],
    ['reserved', 'release', 'available', 'msisdn.released'], ['reserved', 'release_provisioned', 'quarantined', 'msisdn.quarantined'],
    ['reserved', 'assign', 'assigned', 'msisdn.assigned'], ['assigned', 'deprovision', 'quarantined', 'msisdn.quarantined'],
    ['quarantined', 'recycle', 'available', 'msisdn.recycled'],
  ], number);
});

test('an eSIM profile moves exactly as DOMAIN §4 says', (t) => {
  walk(t, esimMachine, [
    ['–', 'add', 'available', 'esim.range_added'], ['available', 'reserve', 'reserved', 'esim.reserved'], ['reserved', 'release', 'available', 'esim.released'],
    ['reserved', 'download', 'downloaded', 'esim.downloaded'], ['downloaded', 'install', 'installed', 'esim.installed'],
    ['installed', 'enable', 'enabled', 'esim.enabled'], ['disabled', 'enable', 'enabled', 'esim.enabled'], ['enabled', 'disable', 'disabled', 'esim.disabled'],
    ...['reserved', 'downloaded', 'installed', 'enabled', 'disabled'].map((from) => [from, 'delete', 'deleted', 'esim.deleted'] as const),
  ], profile);
  t.deepEqual(esimMachine.legal('deleted'), []);
});

test('a reservation needs a free number of the plan and a free profile', (t) => {
  const facts: ReservationFacts = { orderId: 'ORD-001', preference: '+65 9000 0042', preferred: '90000042', msisdn: '90000042' };
  holds(t, numberNotAvailable, 'msisdn.reserve.not_available', facts, { ...facts, msisdn: null }, { orderId: 'ORD-001', msisdn: '90000042' });
  holds(t, numberFormatInvalid, 'msisdn.reserve.format_invalid', facts, { preference: 'x', preferred: null }, { input: 'x' });
  holds(t, msisdnPoolEmpty, 'msisdn.reserve.pool_empty', facts, { ...facts, preference: null, preferred: null, msisdn: null }, { orderId: 'ORD-001', available: 0 });
  holds(t, esimPoolEmpty, 'esim.reserve.pool_empty', { orderId: 'ORD-001', iccid: '1' }, { orderId: 'ORD-001', iccid: null }, { orderId: 'ORD-001', available: 0 });
});

test('only the order that holds a unit assigns it', (t) => {
  holds(t, msisdnNotReserved, 'msisdn.assign.not_reserved', number, { ...number, reservedBy: 'ORD-002' }, { msisdn: '90000000', orderId: 'ORD-001' });
  holds(t, esimNotReserved, 'esim.assign.not_reserved', profile, { ...profile, reservedBy: null }, { iccid: profile.iccid, orderId: 'ORD-001' });
  t.throws(() => msisdnMachine.move({}, 'reserved', 'assign', { ...number, reservedBy: 'ORD-002' }));
  t.throws(() => assignEsim.permit({}, { ...profile, reservedBy: 'ORD-002' }));
});

test('ranges fit the plan and the pool', (t) => {
  const range: MsisdnRangeFacts = { prefix: '9001', count: 10_000, msisdnLength: 8, plan: ['9'] };
  for (const count of [0, 10_001, 1.5]) holds(t, msisdnRangeSize, 'msisdn.range.size_invalid', range, { ...range, count }, { count });
  for (const broken of [{ prefix: '8' }, { prefix: '900000001' }, { prefix: '90011' }]) {
    holds(t, msisdnRangeOutsidePlan, 'msisdn.range.outside_plan', range, { ...range, ...broken }, { ...broken, plan: { firstDigits: ['9'], digits: 8 } });
  }
  const profiles = { count: 10_000, first: 1 };
  for (const bad of [{ ...profiles, count: 0 }, { ...profiles, count: 10_001 }, { ...profiles, first: 9_999_999_999 }]) {
    holds(t, esimRangeSize, 'esim.range.size_invalid', profiles, bad, { count: bad.count, firstSerial: bad.first });
  }
});

test('a number in use, an unissued code and a wrong EID are refused', (t) => {
  holds(t, quarantineLineLive, 'msisdn.quarantine.line_live', { msisdn: '90000000', liveLines: [] }, { msisdn: '90000000', liveLines: ['SUB-001'] }, { subscriptionIds: ['SUB-001'] });
  for (const state of ['available', 'deleted'] as const) holds(t, activationNotIssued, 'esim.activation.not_issued', { iccid: '1', state: 'reserved' }, { iccid: '1', state }, { state });
  holds(t, eidInvalid, 'esim.notification.eid_invalid', profile, { ...profile, eidValid: false }, { iccid: profile.iccid, eid: profile.eid });
  t.throws(() => esimMachine.move({}, 'downloaded', 'install', { ...profile, eidValid: false }));
});

import test from 'ava';
import fc from 'fast-check';
import { Clock, isoTime, sleep } from '#runtime/clock';
import { formatTraceparent, newTrace, parseTraceparent } from '#runtime/context';
import { formatId, seededFraction, uuidv7 } from '#runtime/ids';
import { formatMoney, fromWireMoney, includedTax, money, toWireMoney } from '#runtime/money';
import { formatQuantity, toBase } from '#runtime/quantity';
import { Worker } from '#runtime/worker';
import { loggerOf } from '#runtime/logger';

test('tax is what an inclusive price contains, rounded half up on the net', (t) => {
  // SCENARIOS: 9 % inside these prices.
  const table: readonly [gross: number, tax: number][] = [[300, 25], [1000, 83], [2000, 165], [2500, 206], [4500, 372], [5000, 413], [0, 0], [-300, -25]];
  for (const [gross, tax] of table) t.is(includedTax(gross, 900), tax, String(gross));
});

test('net and tax always add up, and tax never exceeds its rate by more than half a unit', (t) => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 0, max: 3000 }), (gross, rate) => {
    const tax = includedTax(gross, rate);
    return tax >= 0 && tax <= gross && Math.abs((gross - tax) - (gross * 10_000) / (10_000 + rate)) <= 0.5;
  }));
  t.pass();
});

test('money survives the wire to the last minor unit', (t) => {
  fc.assert(fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.constantFrom('SGD', 'JPY', 'KWD'), (minor, currency) => {
    const back = fromWireMoney(JSON.parse(JSON.stringify(toWireMoney(money(minor, currency)))), 'SGD');
    return back?.amountMinor === minor && back.currency === currency;
  }));
  t.is(fromWireMoney({ unit: 'SGD', value: 1.005 }, 'SGD'), null);
  t.is(fromWireMoney({ unit: 'SGD' }, 'SGD'), null);
  t.is(formatMoney(money(2500, 'SGD')), 'SGD 25.00');
  t.throws(() => money(0.5, 'SGD'), { instanceOf: RangeError });
});

test('quantities become whole base units or nothing', (t) => {
  t.deepEqual(toBase(5, 'GB'), { quantity: 5 * 1024 ** 3, unit: 'byte' });
  t.deepEqual(toBase(1.5, 'min'), { quantity: 90, unit: 'second' });
  t.is(toBase(0.3, 'byte'), null);
  t.is(toBase(1, 'parsec'), null);
  t.deepEqual([1024 ** 3 * 4, 1024 ** 2 * 12, 900].map((b) => formatQuantity(b, 'byte')), ['4 GB', '12 MB', '900 B']);
});

test('ids are padded to three digits and grow beyond them', (t) => {
  t.deepEqual([formatId('ORD', 1), formatId('SUB', 1234)], ['ORD-001', 'SUB-1234']);
  t.regex(uuidv7(0), /^00000000-0000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a fault draw depends on the seed only and stays in range', (t) => {
  t.is(seededFraction('PTK-001'), seededFraction('PTK-001'));
  const draws = Array.from({ length: 2000 }, (_, i) => seededFraction(`PTK-${i}`));
  t.true(draws.every((one) => one >= 0 && one < 1));
  const mean = draws.reduce((a, b) => a + b) / draws.length;
  t.true(Math.abs(mean - 0.5) < 0.05, String(mean));
});

test('business time freezes, advances and runs on from where it stood; machine time never stops', async (t) => {
  const clock = new Clock();
  clock.freeze(new Date('2026-04-11T09:00:00Z'));
  const tick = clock.tick();
  await sleep(5);
  t.is(isoTime(clock.now()), '2026-04-11T09:00:00.000Z');
  t.true(clock.tick() > tick);
  clock.advance(90 * 86_400_000);
  t.is(isoTime(clock.now()), '2026-07-10T09:00:00.000Z');
  clock.unfreeze();
  await sleep(5);
  const ran = clock.now().getTime() - Date.parse('2026-07-10T09:00:00Z');
  t.true(ran >= 4 && ran < 2_000, String(ran));
});

test.serial('machine time goes on when the clock of the system is set back', async (t) => {
  const clock = new Clock();
  const real = Date.now;
  t.teardown(() => { Date.now = real; });
  const before = clock.tick();
  Date.now = () => real() - 3_600_000;
  t.true(clock.tick() >= before);
  await sleep(20);
  const ran = clock.tick() - before;
  t.true(ran >= 19 && ran < 2_000, String(ran));
  t.true(clock.wall() < before);
  Date.now = () => real() + 3_600_000;
  t.true(clock.tick() >= before + 3_600_000, 'and follows it ahead');
});

test('a traceparent is read back, and nonsense is not a trace', (t) => {
  const trace = newTrace();
  t.deepEqual(parseTraceparent(formatTraceparent(trace)), trace);
  for (const bad of [undefined, '', '00-0-0-00', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, `ff-${'1'.repeat(32)}-${'1'.repeat(16)}-01`]) t.is(parseTraceparent(bad), null);
});

test('a worker works when nudged, goes on after an error and stops at once', async (t) => {
  let runs = 0;
  const worker = new Worker({
    name: 'test', service: 'com', everyMs: 60_000, log: loggerOf('test', 'silent'),
    run: async () => {
      runs += 1;
      if (runs === 2) throw new Error('once');
      return false;
    },
  });
  worker.start();
  await sleep(20);
  t.is(runs, 1);
  worker.nudge();
  await sleep(250);
  t.true(runs >= 3, `${runs} runs: the failed one is tried again`);
  const begin = performance.now();
  await worker.stop();
  t.true(performance.now() - begin < 200);
});

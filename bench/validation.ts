/**
 * What validation costs per request: parameters, query, body and answer of what the hero story asks, as
 * the host checks them, by the compiled validators and by the referee in turns of one run.
 * `node bench/validation.ts [rounds]`; the result goes to bench/results/validation.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import type { ExecutionContext } from 'ava';
import { customerBody } from '#cli/customer/customer-body';
import { orderBody } from '#cli/order/creation';
import { usageBody } from '#cli/usage/simulation';
import { operations, type OperationKey } from '#generated/operations';
import { Clock, elapsedMs, isoTime } from '#runtime/clock';
import { judgeOf, type Judge } from '#runtime/http/judge';
import { checkAnswer, checkParams, checkQuery, checkRequest } from '#runtime/http/validation';
import type { Operation } from '#runtime/operation';
import { startStack, type Stack } from '../test/support/stack.ts';
import { customer, line, use } from '../test/support/story.ts';

const rounds = Number(process.argv[2] ?? 30);
const callsPerRound = 200;
const microsPerMs = 1000;

interface Exchange {
  readonly key: OperationKey;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

const ends: (() => unknown)[] = [];
const stack = await startStack({ teardown: (end: () => unknown) => ends.push(end) } as unknown as ExecutionContext); // no more of a test is asked for
const exchanges = await recorded(stack);
for (const end of ends) await end();

const compiled = await timersOf(await judgeOf('compiled'));
const referee = await timersOf(await judgeOf('referee'));
for (let round = 0; round < rounds; round += 1) for (const timer of [...compiled, ...referee]) timer.run();

const cases = exchanges.map(({ key }, i) => ({ operation: key, compiledMicros: compiled[i]!.micros(), refereeMicros: referee[i]!.micros() }));
const mean = (values: readonly number[]): number => rounded(values.reduce((sum, one) => sum + one, 0) / values.length);
const single = cases.filter(({ operation }) => operations[operation].kind !== 'list');
const result = {
  at: isoTime(new Clock().now()), node: process.version, cores: cpus().length, loadOneMinute: rounded(loadavg()[0] ?? 0), rounds, callsPerRound,
  microsPerRequest: { compiled: mean(single.map((one) => one.compiledMicros)), referee: mean(single.map((one) => one.refereeMicros)), goal: 40, lists: 'not in the mean: they cost by the row' },
  cases,
};
mkdirSync(new URL('results', import.meta.url), { recursive: true });
writeFileSync(new URL('results/validation.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));

/** Requests of the story with their real answers. */
async function recorded(of: Stack): Promise<Exchange[]> {
  const customerId = await customer(of);
  const bought = await line(of, customerId);
  await use(of, bought.msisdn, 1);
  const ask = (key: OperationKey, params: Exchange['params'] = {}, body?: unknown): Promise<Exchange> => exchange(of, key, params, body);
  const used = usageBody({ msisdn: bought.msisdn, kind: 'data', quantity: '1', unit: 'mb', roaming: false, at: undefined, reference: undefined }, isoTime(of.clock.now()), 'bench');
  const orders = await ask('TMF622.listProductOrder');
  const payments = await ask('TMF676.listPayment');
  const bills = await ask('TMF678.listCustomerBill');
  const firstId = ({ answer }: Exchange): string => (answer as { id: string }[])[0]!.id; // the story made one of each
  const all = [
    orders, payments, bills,
    await ask('TMF629.createCustomer', {}, customerBody({ name: 'Mei Tan', email: 'mei.tan@example.sg' })),
    await ask('TMF622.createProductOrder', {}, orderBody({ customerId, offeringId: 'PLAN_S' })),
    await ask('TMF622.retrieveProductOrder', { id: firstId(orders) }),
    await ask('TMF635.createUsage', {}, used),
    await ask('TMF629.retrieveCustomer', { id: customerId }),
    await ask('TMF620.retrieveProductOffering', { id: 'PLAN_S' }),
    await ask('TMF676.retrievePayment', { id: firstId(payments) }),
    await ask('TMF678.retrieveCustomerBill', { id: firstId(bills) }),
    await ask('subscription.retrieveSubscription', { id: bought.id }),
    await ask('subscription.createVasPurchase', { id: bought.id }, { offeringId: 'VAS_DATA_1GB' }),
  ];
  await of.settle();
  return all;
}

async function exchange(of: Stack, key: OperationKey, params: Exchange['params'], body: unknown): Promise<Exchange> {
  const row: Operation = operations[key];
  const path = row.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await of.fetch(row.service === '*' ? 'crm' : row.service, path, { method: row.method, headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key }, ...sent }, 'cli');
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${key} answered ${response.status} ${JSON.stringify(answer)}`);
  return { key, params, body, status: response.status, answer };
}

interface Timer {
  run(): void;
  /** Median of the rounds, per call. */
  micros(): number;
}

function timersOf(judge: Judge): Promise<Timer[]> {
  return Promise.all(exchanges.map(async ({ key, params, body, status, answer }) => {
    const validators = await judge(key);
    const row: Operation = operations[key];
    const once = (): void => {
      checkParams(row, validators, params);
      checkQuery(row, validators, {});
      checkRequest(validators, body);
      checkAnswer(row, validators, status, answer, false);
    };
    once(); // refused, it throws; compiled on first use by the referee
    const times: number[] = [];
    return {
      run: () => {
        const begin = elapsedMs();
        for (let call = 0; call < callsPerRound; call += 1) once();
        times.push(((elapsedMs() - begin) / callsPerRound) * microsPerMs);
      },
      micros: () => rounded(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0),
    };
  }));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

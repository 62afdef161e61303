import test from 'ava';
import fc from 'fast-check';
import { resumeOpen } from '#handlers/payment/worker';
import { GatewayTimeout } from '#handlers/payment/gateway';
import { PolicyViolation } from '#runtime/errors';
import { sgd, Till } from './till.ts';

/**
 * Whatever is asked of one payment, in whatever order, by however many at once and whoever dies: the
 * provider's book and ours say the same, and every cent is on a bill (I8, I11, I13, I14).
 */
let till: Till;

test.before(async () => {
  till = await Till.open();
  await till.customer('CUST-001');
});
test.after.always(() => till?.close());

type Trouble = 'none' | 'timeout' | 'dies before' | 'dies after';

interface Step {
  readonly ask: 'authorize' | 'capture' | 'void' | 'sell' | 'refund' | 'resume';
  /** Hundredths of the authorised amount. */
  readonly part: number;
  /** Calls with one word are repeats of each other. */
  readonly word: number;
  readonly trouble: Trouble;
  /** Runs together with the step before. */
  readonly beside: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  ask: fc.constantFrom('authorize', 'capture', 'void', 'sell', 'refund', 'resume'),
  part: fc.constantFrom(1, 40, 100),
  word: fc.constantFrom(1, 2),
  trouble: fc.constantFrom<Trouble>('none', 'none', 'none', 'timeout', 'dies before', 'dies after'),
  beside: fc.boolean(),
});

const amountMinor = 10_000;
let story = 0;

class Story {
  readonly #name = `S${(story += 1)}`;
  readonly #payments = new Set<string>();

  /** The first payment of this story, which capture, void and refund speak of. */
  get #payment(): string | undefined {
    return [...this.#payments][0];
  }

  async tell({ ask, part, word }: Step): Promise<void> {
    const key = `${this.#name}:${ask}:${word}`;
    const charge = { customerId: 'CUST-001', amount: sgd(amountMinor / 100), purpose: 'model' };
    const id = this.#payment;
    if (ask === 'resume') return this.#resume();
    if (ask === 'authorize' || ask === 'sell') {
      const { body } = await till.call(ask === 'sell' ? 'payment.createCharge' : 'payment.authorizePayment', { body: charge, key });
      this.#payments.add(body.id);
    } else if (id !== undefined && ask === 'refund') {
      await till.call('TMF676.createRefund', { body: { account: { id: 'x' }, paymentMethod: {}, payment: { id }, totalAmount: sgd(part), description: 'model' }, key });
    } else if (id !== undefined && ask === 'capture') {
      await till.call('payment.capturePayment', { id, body: { amount: sgd(part), items: [{ description: 'part', amount: sgd(part) }] }, key });
    } else if (id !== undefined) {
      await till.call('payment.voidPayment', { id, key });
    }
  }

  async #resume(): Promise<void> {
    await till.restart();
    await till.as({}, () => resumeOpen(till.payment, till.gateway));
  }

  /** Everything open is ended, by the worker where the caller is gone. */
  async end(): Promise<void> {
    calm();
    for (let i = 0; i < 3; i += 1) await this.#resume();
  }
}

function calm(): void {
  till.beforeGateway = () => undefined;
  till.afterGateway = () => undefined;
}

function makeTrouble(trouble: Trouble): void {
  calm();
  if (trouble === 'timeout') till.beforeGateway = () => { throw new GatewayTimeout('mock'); };
  if (trouble === 'dies before') till.beforeGateway = () => { throw new Error('kill -9'); };
  if (trouble === 'dies after') till.afterGateway = () => { throw new Error('kill -9'); };
}

/** Refusals, timeouts and deaths are part of the story; anything else is a defect. */
function expected(outcome: PromiseSettledResult<void>): boolean {
  if (outcome.status === 'fulfilled') return true;
  const error: unknown = outcome.reason;
  return error instanceof PolicyViolation || error instanceof GatewayTimeout || (error instanceof Error && error.message === 'kill -9');
}

/** What differs between the provider's book and ours. */
async function differences(): Promise<string[]> {
  const rows = await till.sql<{ call: string; minor: number }>(`
    SELECT 'capture ' || id || ':capture' AS call, captured_minor::int AS minor FROM payment.payment WHERE captured_minor > 0
    UNION ALL SELECT 'void ' || id || ':void', authorized_minor::int FROM payment.payment WHERE status = 'canceled'
    UNION ALL SELECT 'refund ' || id, amount_minor::int FROM payment.refund WHERE status = 'done'`);
  const ours = new Map(rows.map(({ call, minor }) => [call, minor]));
  const theirs = new Map([...till.provider].filter(([call]) => !call.startsWith('authorize ')));
  // A void whose caller died has no one to end it but its caller: the money is let go of, and nobody can take it.
  const halfVoided = await till.sql<{ id: string }>("SELECT id FROM payment.payment WHERE ending = 'void' AND status = 'authorized'");
  for (const { id } of halfVoided) theirs.delete(`void ${id}:void`);
  const calls = new Set([...ours.keys(), ...theirs.keys()]);
  return [...calls].filter((call) => ours.get(call) !== theirs.get(call)).map((call) => `${call}: ours ${ours.get(call)}, theirs ${theirs.get(call)}`);
}

test.serial('the provider and we always agree, and every cent is billed', async (t) => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
    const one = new Story();
    let running: Promise<PromiseSettledResult<void>[]> = Promise.resolve([]);
    for (const next of steps) {
      if (!next.beside) t.true((await running).every(expected), JSON.stringify(await running));
      if (!next.beside) makeTrouble(next.trouble);
      const [before, now] = [running, one.tell(next)];
      running = Promise.allSettled([now]).then(async (outcomes) => [...(await before), ...outcomes]);
    }
    t.true((await running).every(expected), JSON.stringify(await running));
    await one.end();
    const open = await till.sql('SELECT id FROM payment.payment WHERE next_run_ms IS NOT NULL UNION ALL SELECT id FROM payment.refund WHERE next_run_ms IS NOT NULL');
    return (await differences()).length === 0 && (await till.broken()).length === 0 && open.length === 0;
  });
  await fc.assert(property, { numRuns: Number(process.env['BSS_MODEL_RUNS'] ?? 25), endOnFailure: true });
});

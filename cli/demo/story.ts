import { keyed, ok } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import { randomHex, uuidv7 } from '#runtime/ids';
import { tokenizeCard } from '../card-tokenizer.ts';
import { customerBody } from '../customer/customer-body.ts';
import { readEvents } from '../events/ledger.ts';
import { remoteFailure } from '../failure.ts';
import { placeOrder } from '../order/creation.ts';
import { watchOrder } from '../order/follow.ts';
import { orderView } from '../order/order-view.ts';
import { SagaScreen } from '../order/saga-screen.ts';
import { cardBody } from '../payment/card-on-file.ts';
import { painted } from '../renderers/look.ts';
import type { Subscription } from '../renderers/subscription.ts';
import type { Session } from '../session.ts';
import { reportUsage, usageBody, type Usage } from '../usage/simulation.ts';
import { Audit } from './audit.ts';
import { DemoFailed, expectThat } from './expectation.ts';

const plan = 'PLAN_S';
const topUp = 'VAS_DATA_1GB';
const megabyte = 1_048_576;
/** Far beyond what either takes: a busy machine is no reason to fail. */
const orderMsMax = 60_000;
const usageMsMax = 30_000;

/** `bss demo`: the hero scenario H1 of SCENARIOS §4, told in cards. @returns the exit code */
export async function playDemo(session: Session): Promise<number> {
  const story = new Story(session);
  try {
    return await story.play();
  } catch (error) {
    if (!(error instanceof DemoFailed)) throw error;
    return session.output.fail({ kind: 'FAILED', exitCode: 1, message: `demo: ${error.message}` });
  }
}

class Story {
  readonly #session: Session;
  #customerId = '';
  #chapter = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  async play(): Promise<number> {
    const [newest] = await readEvents(this.#session, { limit: 1 });
    await this.#signUp();
    const line = await this.#order();
    await this.#exhaust(line);
    await this.#refuse(line);
    await this.#comeBack(line);
    const audit = new Audit(this.#session, this.#customerId, newest?.eventId);
    return audit.check();
  }

  #tell(text: string): void {
    this.#chapter += 1;
    if (!this.#session.output.scripted) this.#session.output.data(`\n${painted(`${this.#chapter}. ${text}`, 'bold', this.#session.look)}`);
  }

  async #show(value: object): Promise<void> {
    if (!this.#session.output.scripted) await this.#session.present(value);
  }

  async #signUp(): Promise<void> {
    this.#tell('Ada Lim signs up: customer, identity, card');
    const { clients } = this.#session;
    const mark = randomHex(4);
    const customer = await ok(clients.TMF629.POST('/customer', { body: customerBody({ name: 'Ada Lim', email: `ada.${mark}@example.sg` }), ...keyed(uuidv7()) }));
    this.#customerId = customer.id ?? '';
    const identity = { provider: 'prebaked', attestationToken: 'ok', documentType: 'national_id', documentNumber: `S${mark}A`, documentCountry: 'SG', dateOfBirth: '1990-12-31' };
    await ok(clients.crm.POST('/customer/{id}/kycAttestation', { params: { path: { id: this.#customerId } }, body: identity, ...keyed(uuidv7()) }));
    await ok(clients.payment.POST('/paymentMethod', { body: cardBody(this.#customerId, tokenizeCard('4242424242424242'), true), ...keyed(uuidv7()) }));
    await this.#show(await ok(clients.TMF629.GET('/customer/{id}', { params: { path: { id: this.#customerId } } })));
  }

  async #order(): Promise<Subscription> {
    this.#tell(`She orders ${plan}; the line comes up`);
    const { clients, output, asked } = this.#session;
    const { id = '' } = await placeOrder(this.#session, { customerId: this.#customerId, offeringId: plan }, uuidv7());
    const screen = new SagaScreen(asked.context.stderr, output);
    const state = await watchOrder(this.#session, id, orderMsMax, (saga) => screen.update(saga)).finally(() => screen.end());
    const view = await orderView(this.#session, id);
    await this.#show(view);
    expectThat(state === 'completed', `${id} ended as ${state}, not completed`);
    const line = await ok(clients.subscription.GET('/subscription/{id}', { params: { path: { id: view.saga?.subscriptionId ?? '' } } }));
    await this.#show(line);
    expectThat(line.state === 'active' && megabytesLeft(line) === 5120, `${line.id} is ${line.state} with ${megabytesLeft(line)} MB, not active with 5120`);
    return line;
  }

  async #exhaust(line: Subscription): Promise<void> {
    this.#tell('She uses 4 GB, then 1 GB: the last byte blocks the line');
    await this.#use(line, '4', 'gb', 'billed');
    const first = await this.#line(line.id);
    await this.#show(first);
    expectThat(first.state === 'active' && megabytesLeft(first) === 1024, `${line.id} is ${first.state} with ${megabytesLeft(first)} MB, not active with 1024`);
    await this.#use(line, '1', 'gb', 'billed');
    const second = await this.#line(line.id);
    await this.#show(second);
    expectThat(second.state === 'blocked' && second.blockReason === 'exhausted' && megabytesLeft(second) === 0, `${line.id} is ${second.state} with ${megabytesLeft(second)} MB, not blocked with 0`);
  }

  async #refuse(line: Subscription): Promise<void> {
    this.#tell('She tries 1 MB more: refused');
    const usage = await this.#use(line, '1', 'mb', 'rejected');
    const { policyViolation = {} } = usage as { policyViolation?: Readonly<Record<string, unknown>> }; // own extension of rejected records
    const refusal = remoteFailure(422, { '@type': 'PolicyViolation', ...policyViolation });
    if (!this.#session.output.scripted) {
      const { renderRefused } = await import('../renderers/refused.ts');
      const fixes = [`bss subscription vas ${line.id} ${topUp}`];
      this.#session.output.raw(renderRefused({ rule: refusal.rule ?? '', message: refusal.message, fixes }, this.#session.look));
    }
    expectThat(refusal.rule === 'usage.apply.line_not_active', `the usage was rejected by ${refusal.rule ?? 'no rule'}, not by usage.apply.line_not_active`);
  }

  async #comeBack(line: Subscription): Promise<void> {
    this.#tell(`She buys ${topUp}, twice with the same key: one charge, and the line is back`);
    const key = uuidv7();
    const buy = () => ok(this.#session.clients.subscription.POST('/subscription/{id}/vasPurchase', { params: { path: { id: line.id } }, body: { offeringId: topUp }, ...keyed(key) }));
    const purchase = await buy();
    const again = await buy();
    expectThat(JSON.stringify(purchase) === JSON.stringify(again), 'the repeated top-up got another answer');
    await this.#show(purchase);
    const back = await this.#line(line.id);
    expectThat(back.state === 'active' && megabytesLeft(back) === 1024, `${line.id} is ${back.state} with ${megabytesLeft(back)} MB, not active with 1024`);
    await this.#use(line, '100', 'mb', 'billed');
    const last = await this.#line(line.id);
    await this.#show(last);
    expectThat(megabytesLeft(last) === 924, `${line.id} has ${megabytesLeft(last)} MB, not 924`);
  }

  async #use(line: Subscription, quantity: string, unit: string, expected: string): Promise<Usage> {
    const at = isoTime(await this.#session.businessTime());
    const used = { msisdn: line.msisdn, kind: 'data', quantity, unit, roaming: false, at: undefined, reference: undefined };
    const usage = await reportUsage(this.#session, usageBody(used, at, `demo-${uuidv7()}`), uuidv7(), usageMsMax);
    expectThat(usage.status === expected, `${quantity} ${unit} of data ended as ${usage.status ?? 'nothing'}, not ${expected}`);
    return usage;
  }

  #line(id: string): Promise<Subscription> {
    return ok(this.#session.clients.subscription.GET('/subscription/{id}', { params: { path: { id } } }));
  }
}

const megabytesLeft = (line: Subscription): number => (line.balances.find(({ allowance }) => allowance === 'data')?.remaining ?? 0) / megabyte;

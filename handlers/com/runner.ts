import type { Tx } from '#db/database';
import { cancelProductOrderMachine, tooLate, type CancelTrigger } from '#policy/cancel-order';
import { advanceSaga, claimSaga, orderMachine, type OrderState, type OrderTrigger } from '#policy/order';
import { violation } from '#policy/rule';
import { isoTime } from '#runtime/clock';
import { SpanKind, withSpan } from '#runtime/span';
import { Lanes } from '#runtime/lanes';
import { runFor } from '#runtime/origin';
import type { Worker } from '#runtime/worker';
import { verdict, verdictAttribute } from '../resource/verdict.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { cancelPayload, effectiveAt, lockCancel } from './cancel-request.ts';
import { assessCancel } from './cancel-step.ts';
import { forward } from './forward.ts';
import { findWork, lockWork, payloadOf, type SagaData, type StepName, type StepRecord, type Work } from './saga.ts';
import type { Advance, Fail, Outcome, Step, Wait } from './step.ts';
import { claimSagas, moveCancel, moveOrder, saveSaga, type Claim } from './store.ts';
import { nextUndo, undo } from './undo.ts';

const steps: Readonly<Record<StepName, Step>> = { ...forward, ...undo, assessCancel };

/** Orders carried out at the same time by one process. */
const lanesMax = 16;
const firstBackoffMs = 250;
/** Also how exactly a pause between attempts is kept. */
const safetyNetMs = 250;

/** Carries out sagas that are due: each runs step after step until it waits for news, has to back off, or has finished. */
export function sagaWorker(service: Service): Worker {
  const lanes = new Lanes(lanesMax, () => worker.nudge());
  const worker = service.worker({
    name: 'com.saga', everyMs: safetyNetMs,
    run: async () => {
      if (lanes.free === 0) return false;
      const wanted = lanes.free;
      const claims = await claim(service, wanted);
      for (const one of claims) lanes.start(() => carryOn(service, one));
      return claims.length === wanted && lanes.free > 0;
    },
    drain: () => lanes.idle(),
  });
  return worker;
}

const leaseMs = ({ config }: Service): number => config.leaseSeconds * 1000;

function claim(service: Service, most: number): Promise<Claim[]> {
  const nowMs = service.clock.tick();
  return service.db.tx((tx) => claimSagas(tx, claimSaga.permit(tx), nowMs, nowMs + leaseMs(service), most));
}

/** Never rejects: what goes wrong outside a step is tried again when the lease lapses. */
async function carryOn(service: Service, one: Claim): Promise<void> {
  try {
    await runFor('com', one, () => withSpan(`saga ${one.orderId}`, SpanKind.INTERNAL, () => runSteps(service, one)));
  } catch (error) {
    service.log.error({ err: error, orderId: one.orderId }, 'the saga was interrupted; it goes on when its lease lapses');
  }
}

async function runSteps(service: Service, { orderId, run }: Claim): Promise<void> {
  let work = await findWork(service.db, orderId);
  for (let first = true; work && work.run === run && work.step !== null; first = false) {
    const present = work;
    const taken = await attempt(service, present, first);
    work = await service.db.tx((tx) => keep(tx, service, present, taken));
  }
}

/** An outcome; trouble that kept the step from having one; or the step was left out for something else. */
type Taken =
  | Outcome
  | { readonly kind: 'trouble'; readonly message: string }
  /** `perhapsTried`: whoever held the saga before died, perhaps in the middle of this step. */
  | { readonly kind: 'leftOut'; readonly perhapsTried: boolean };

async function attempt(service: Service, work: Work, first: boolean): Promise<Taken> {
  if (diversionOf(work)) return { kind: 'leftOut', perhapsTried: first && work.run > 1 && work.steps.at(-1)?.name !== work.step };
  try {
    return await steps[work.step!](service, work); // runSteps stops at null
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    service.log.warn({ orderId: work.orderId, step: work.step, err: error }, 'a step of the saga failed; it is tried again');
    return { kind: 'trouble', message: message.slice(0, 2000) };
  }
}

/**
 * Writes what a step came to.
 * @returns the work to go on with, or null when this run is over: waiting, backing off, finished, or taken over
 */
async function keep(tx: Tx, service: Service, before: Work, taken: Taken): Promise<Work | null> {
  const fresh = await lockWork(tx, before.orderId);
  if (!fresh || fresh.run !== before.run || fresh.step !== before.step) return null;
  const diversion = diversionOf(fresh);
  if (taken.kind === 'trouble' || taken.kind === 'leftOut') {
    if (diversion) return divert(tx, service, fresh, { kind: 'leftOut', perhapsTried: taken.kind === 'trouble' || taken.perhapsTried }, diversion);
    // Without a diversion, what a step was left out for is gone.
    return taken.kind === 'trouble' ? keepTrouble(tx, service, fresh, taken.message) : fresh;
  }
  return keepOutcome(tx, service, before, fresh, { ...taken, data: stillNew(before.data, fresh.data, taken.data ?? {}) });
}

/** What came from outside while a step ran is newer than what the step found. */
const stillNew = (before: SagaData, fresh: SagaData, found: SagaData): SagaData =>
  Object.fromEntries(Object.entries(found).filter(([name]) => !differs(before, fresh, name)));

async function keepOutcome(tx: Tx, service: Service, before: Work, fresh: Work, taken: Outcome): Promise<Work | null> {
  const diversion = diversionOf(fresh);
  if (diversion) return divert(tx, service, fresh, taken, diversion);
  if (taken.kind === 'fail') return keepFailure(tx, service, fresh, taken);
  if (taken.kind === 'advance') return keepAdvance(tx, service, fresh, taken);
  return keepWait(tx, service, before, fresh, taken);
}

/** What an operator or a customer asked for while the saga was going forward. */
function diversionOf({ ending, data, step }: Work): 'giveUp' | 'cancel' | null {
  if (ending !== null) return null;
  if (data.givenUp) return 'giveUp';
  return data.cancelId && step !== 'assessCancel' ? 'cancel' : null;
}

/** Keeps what the step found, but goes where it was asked to go instead of on. */
async function divert(tx: Tx, service: Service, fresh: Work, taken: Outcome | Taken & { kind: 'leftOut' }, to: 'giveUp' | 'cancel'): Promise<Work | null> {
  const done = taken.kind === 'advance' ? taken : null;
  const found = taken.kind === 'leftOut' ? {} : (taken.data ?? {});
  const at = isoTime(service.clock.now());
  const untried = taken.kind === 'leftOut' && !taken.perhapsTried;
  const steps = untried ? [...fresh.steps] : recorded(fresh, done ? 'done' : 'skipped', null, at);
  const subscriptionId = done?.subscriptionId ?? fresh.subscriptionId;
  const after: Work = { ...fresh, steps, subscriptionId, data: { ...fresh.data, ...found } };
  const more = { kind: 'advance', subscriptionId: done?.subscriptionId, data: found } as const;
  if (to === 'giveUp') return keepAdvance(tx, service, fresh, { ...more, step: nextUndo(after), ending: 'failed' }, steps);
  const resumeAt = (done?.move === 'complete' ? fresh.step : done?.step) ?? fresh.step!;
  return keepAdvance(tx, service, fresh, { ...more, step: 'assessCancel', data: { ...found, resumeAt } }, steps);
}

function keepFailure(tx: Tx, service: Service, fresh: Work, { failure, data }: Fail): Promise<Work | null> {
  const steps = recorded(fresh, 'failed', failure.message, isoTime(service.clock.now()));
  const step = nextUndo({ ...fresh, steps, data: { ...fresh.data, ...data, failure } });
  return keepAdvance(tx, service, fresh, { kind: 'advance', step, ending: 'failed', data: { ...data, failure } }, steps, failure.message);
}

async function keepAdvance(tx: Tx, service: Service, fresh: Work, taken: Advance, steps?: readonly StepRecord[], error: string | null = null): Promise<Work | null> {
  const at = service.clock.now();
  const after: Work = {
    ...fresh, data: { ...fresh.data, ...taken.data }, subscriptionId: taken.subscriptionId ?? fresh.subscriptionId,
    ending: taken.ending ?? fresh.ending,
  };
  const ended = taken.step === null;
  const nowMs = service.clock.tick();
  const repeats = taken.step === fresh.step;
  if (!taken.move && !taken.cancel) tx.unhurried(); // taken again under its key, should it be lost
  const saved = await saveSaga(tx, advanceSaga.permit(tx), fresh, {
    step: taken.step, ending: after.ending, data: after.data, attempts: 0, lastError: error,
    nextRunMs: ended ? null : nowMs, leaseUntilMs: ended ? null : nowMs + leaseMs(service),
    steps: steps ?? recorded(fresh, 'done', null, isoTime(at)),
    ...(repeats ? {} : { stepSince: at, stuckFlaggedAt: null }),
  }, taken.subscriptionId);
  const state = taken.move ? await applyMove(tx, after, taken.move, at) : fresh.state;
  if (taken.cancel) await applyCancel(tx, fresh, taken.cancel, at);
  return ended ? null : { ...after, ...saved, state };
}

/** Waits, unless news came while the step was looking: then it looks again at once. */
async function keepWait(tx: Tx, service: Service, before: Work, fresh: Work, taken: Wait): Promise<Work | null> {
  if (before.data.news !== fresh.data.news) return fresh;
  const at = service.clock.now();
  const isNews = changesAnything(fresh.data, taken.data ?? {});
  if (!taken.move && !taken.cancel) tx.unhurried(); // taken again under its key, should it be lost
  const saved = await saveSaga(tx, advanceSaga.permit(tx), fresh, {
    data: { ...fresh.data, ...taken.data }, attempts: fresh.attempts + 1, lastError: null, leaseUntilMs: isNews ? fresh.leaseUntilMs : null,
    nextRunMs: service.clock.tick() + (isNews ? 0 : taken.lookAgainMs), steps: recorded(fresh, 'running', null, isoTime(at)),
  });
  const state = taken.move ? await applyMove(tx, fresh, taken.move, at) : fresh.state;
  if (taken.cancel) await applyCancel(tx, fresh, taken.cancel, at);
  return isNews ? { ...fresh, ...saved, state } : null;
}

const changesAnything = (data: SagaData, found: SagaData): boolean => Object.keys(found).some((name) => differs(data, found, name));

function differs(one: SagaData, other: SagaData, name: string): boolean {
  const valueIn = (data: SagaData): unknown => (data as Readonly<Record<string, unknown>>)[name]; // by name, over the members of one type
  return JSON.stringify(valueIn(one)) !== JSON.stringify(valueIn(other));
}

async function keepTrouble(tx: Tx, service: Service, fresh: Work, message: string): Promise<null> {
  const backoffMs = Math.min(firstBackoffMs * 2 ** Math.min(fresh.attempts, 20), service.config.backoffMaxSeconds * 1000);
  await saveSaga(tx, advanceSaga.permit(tx), fresh, {
    attempts: fresh.attempts + 1, lastError: message, leaseUntilMs: null, nextRunMs: service.clock.tick() + backoffMs,
    steps: recorded(fresh, 'running', message, isoTime(service.clock.now())),
  });
  return null;
}

/** The list of steps with the present one as it now is; a step taken up again later has a record of its own. */
function recorded(work: Work, state: StepRecord['state'], error: string | null, at: string): StepRecord[] {
  const last = work.steps.at(-1);
  const open = last?.name === work.step && last.state === 'running' ? last : null;
  const before = open ? work.steps.slice(0, -1) : [...work.steps];
  const startedAt = open?.startedAt ?? isoTime(work.stepSince);
  return [...before, {
    name: work.step!, state, attempts: (open?.attempts ?? 0) + 1, startedAt, finishedAt: state === 'running' ? null : at, error,
  }];
}

const finals: Readonly<Partial<Record<OrderTrigger, 'completionDate' | 'cancellationDate'>>> = {
  complete: 'completionDate', fail: 'completionDate', compensate: 'cancellationDate', cancel: 'cancellationDate',
};

/** @returns the state the order has come to */
async function applyMove(tx: Tx, work: Work, trigger: OrderTrigger, at: Date): Promise<OrderState> {
  const { orderId, customerId, data } = work;
  const move = orderMachine.move(tx, work.state, trigger, null, { orderId, customerId });
  const failure = trigger === 'fail' ? (data.failure ?? null) : null;
  const date = finals[trigger];
  const document = failure?.violation ? { ...work.document, [verdictAttribute]: failure.violation } : null;
  await moveOrder(tx, move, orderId, at, { columns: date ? { [date]: at } : {}, ...(document ? { document } : {}) }, failure?.message ?? null);
  recordMove(tx, move, orderId, { ...payloadOf(work), step: work.step, ...(failure?.rule ? { rule: failure.rule } : {}) }, failure?.message ?? null);
  return move.to;
}

async function applyCancel(tx: Tx, work: Work, trigger: CancelTrigger, at: Date): Promise<void> {
  const row = await lockCancel(tx, work.data.cancelId!); // only a saga with an open request has such an outcome
  const { orderId } = work;
  const move = cancelProductOrderMachine.move(tx, row.state, trigger, undefined, { cancelOrderId: row.id, orderId });
  const refusal = trigger === 'refuse' ? violation(tooLate, { orderId, action: work.action, state: work.state, serviceOrderId: work.data.serviceOrderId ?? null }) : null;
  const more = refusal ? { [verdictAttribute]: verdict(refusal) } : trigger === 'succeed' ? effectiveAt(at) : {};
  await moveCancel(tx, move, row, at, more, refusal?.message ?? null);
  recordMove(tx, move, row.id, cancelPayload(row, refusal?.rule ?? null), refusal?.message ?? null);
}

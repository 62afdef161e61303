/** One operation, end to end: perimeter, body, validation, first-answer store, handler, answer. */
import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { validatorsFor, type OperationValidators } from '#generated/validators';
import type { OperationKey } from '#generated/operations';
import { elapsedMs } from '#runtime/clock';
import { parseTraceparent, requireContext, runWith, type Trace } from '#runtime/context';
import { DryRunPassed, NotFound, PolicyViolation, RemoteError } from '#runtime/errors';
import type { Answer, Call, IncomingHeaders } from '#runtime/handler';
import type { Logger } from '#runtime/logger';
import type { Operation } from '#runtime/operation';
import { inSpan, SpanKind } from '#runtime/span';
import type { Access } from './access.ts';
import { handlerAnswer, jsonAnswer, send, type WireAnswer } from './answer.ts';
import { readBody } from './body.ts';
import { errorAnswer, errorBody, guarded, type ConstraintRules } from './error-body.ts';
import { keyedRequest, once, type IdempotencyStore } from './idempotency.ts';
import type { Judge } from './judge.ts';
import type { Metrics } from './metrics.ts';
import { requestIdOf, type Perimeter } from './perimeter.ts';
import { checkAnswer, checkParams, checkQuery, checkRequest } from './validation.ts';

/** The operation that reads what another one creates. */
export interface Recall {
  readonly row: Operation;
  readonly handler: RouteOptions['handler'];
  readonly idParam: string;
}

export interface RouteOptions {
  readonly row: Operation;
  /** Erased type of a member of a generated handler map, which has checked the real one. */
  readonly handler: (call: Call<never, never, never>) => Promise<Answer<unknown>>;
  /** For a creation that is one transaction: reads what an earlier call with the same key has made. */
  readonly recall?: Recall | undefined;
  /** An interrupted call is carried on by the next one with its key, also while it still runs: both come to the same effect. */
  readonly resumes: boolean;
  /** By default the compiled validators. */
  readonly judge?: Judge | undefined;
  readonly perimeter: Perimeter;
  readonly access: Access;
  readonly idempotency: IdempotencyStore;
  /** Keeps a refused write in the ledger, in a transaction of its own (DOMAIN §1). */
  readonly recordRefusal: (violation: PolicyViolation, row: Operation) => Promise<void>;
  readonly constraintRules?: ConstraintRules | undefined;
  /** Scheme, host and port under which the rules are explained. */
  readonly base: () => string;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The Express handler of an operation; it never rejects. */
export function answering(options: RouteOptions): (request: Request, response: Response) => Promise<void> {
  const { row } = options;
  return async (request, response) => {
    const begin = elapsedMs();
    const headers = request.headers as IncomingHeaders; // only set-cookie comes as a list, and nobody reads it
    const requestId = requestIdOf(headers);
    const attributes = { 'http.request.method': row.method, 'http.route': row.path };
    await inSpan({ name: `${row.method} ${row.path}`, kind: SpanKind.SERVER, parent: parseTraceparent(headers['traceparent']), attributes }, async (trace, span) => {
      const { answer, replayed } = await new Exchange(options, request, headers).run(trace, requestId);
      span.setAttribute('http.response.status_code', answer.status);
      send(response, answer, { 'x-request-id': requestId, ...(replayed ? { 'idempotency-replayed': 'true' } : {}) });
      options.metrics.observe(row, answer.status, elapsedMs() - begin);
    });
  };
}

interface Outcome {
  readonly answer: WireAnswer;
  readonly replayed: boolean;
}

const fresh = (answer: WireAnswer): Outcome => ({ answer, replayed: false });

/** One request on its way through one operation. */
class Exchange {
  readonly #options: RouteOptions;
  readonly #request: Request;
  readonly #headers: IncomingHeaders;

  constructor(options: RouteOptions, request: Request, headers: IncomingHeaders) {
    this.#options = options;
    this.#request = request;
    this.#headers = headers;
  }

  async run(trace: Trace, requestId: string): Promise<Outcome> {
    const { perimeter, row } = this.#options;
    try {
      const context = perimeter.admit(row, this.#headers, trace, requestId);
      return await runWith(context, () => this.#admitted());
    } catch (error) {
      return fresh(await this.#refused(error));
    }
  }

  async #admitted(): Promise<Outcome> {
    const { perimeter, row } = this.#options;
    try {
      perimeter.allow(row, requireContext());
    } catch (error) {
      // Not even a dry run may ask what its caller may not do.
      return fresh(await this.#refused(error));
    }
    try {
      return await this.#answered();
    } catch (error) {
      return fresh(await this.#failed(error));
    }
  }

  async #answered(): Promise<Outcome> {
    const { row, idempotency, access, log, judge = validatorsFor } = this.#options;
    const validators = await judge(row.key as OperationKey); // every row of the table has its validators
    const params = this.#request.params as Record<string, string>; // no wildcard in any path
    checkParams(row, validators, params);
    const query = checkQuery(row, validators, this.#request.query);
    const body = await readBody(this.#request as IncomingMessage, row.mediaTypes);
    checkRequest(validators, body.value);
    const call = { operation: row, params, query, body: body.value, headers: this.#headers, contentType: body.contentType };
    const keyed = keyedRequest(row, this.#request.path, body.text);
    if (!keyed) return fresh(await this.#handled(call, validators));
    const onTrouble = (err: unknown): void => log.error({ err }, 'the answer to an Idempotency-Key was not kept');
    // A refusal is a first answer like any other, so it is turned into one inside the claim.
    return once({ store: idempotency, access, onTrouble }, row, keyed, ({ effect, lease }) => this.#underClaim(lease, async () => {
      try {
        if (effect === null) return await this.#handled(call, validators);
        return await this.#recalled(call, validators, effect) ?? await this.#handled({ ...call, effect }, validators);
      } catch (error) {
        return this.#failed(error);
      }
    }));
  }

  #underClaim(claimLease: number, work: () => Promise<WireAnswer>): Promise<WireAnswer> {
    return this.#options.resumes ? work() : runWith({ ...requireContext(), claimLease }, work);
  }

  async #handled(call: Call<unknown, Record<string, unknown>, unknown>, validators: OperationValidators): Promise<WireAnswer> {
    const { row, handler } = this.#options;
    const answer = await handler(call as Call<never, never, never>); // validated just now against what the handler's type says
    // A handler that had nothing to write passed too: a no-op PATCH, for one.
    if (requireContext().dryRun) return dryRun([]);
    const status = answer.status ?? row.successStatus;
    checkAnswer(row, validators, status, answer.body, 'fields' in call.query);
    return handlerAnswer(row, answer);
  }

  /** Answer of a creation that was committed by a call whose answer was lost; null when it must be carried on instead. */
  async #recalled(call: Call<unknown, Record<string, unknown>, unknown>, validators: OperationValidators, id: string): Promise<WireAnswer | null> {
    const { row, recall } = this.#options;
    if (!recall) return null;
    const params = { ...(call.params as Record<string, string>), [recall.idParam]: id };
    const found = await recall.handler({ ...call, operation: recall.row, params, query: {}, body: undefined, headers: {} } as Call<never, never, never>) // as the retrieve route would call it
      .catch((error: unknown) => {
        if (error instanceof NotFound) return null;
        throw error;
      });
    if (!found) return null;
    const { body, headers } = found;
    checkAnswer(row, validators, row.successStatus, body, false);
    const href = body !== null && typeof body === 'object' && 'href' in body ? String(body.href) : '';
    return handlerAnswer(row, { body, headers: { ...headers, location: href } });
  }

  /** An error inside the perimeter: a dry run's outcome, or a refusal on the record. */
  async #failed(cause: unknown): Promise<WireAnswer> {
    const error = guarded(cause, this.#options.constraintRules ?? {});
    if (!requireContext().dryRun) return this.#refused(error);
    if (error instanceof DryRunPassed) return dryRun([]);
    if (error instanceof PolicyViolation) return dryRun([errorBody(error, this.#options.base())]);
    if (error instanceof RemoteError && error.rule !== null && error.final) return dryRun([error.body]);
    return this.#worded(error);
  }

  async #refused(error: unknown): Promise<WireAnswer> {
    const answer = this.#worded(error);
    try {
      if (error instanceof PolicyViolation && isOnRecord(error, this.#options.row)) await this.#options.recordRefusal(error, this.#options.row);
      return answer;
    } catch (trouble) {
      // Nothing was changed, so the caller may simply come again; an unrecorded refusal must not look final.
      return this.#worded(trouble);
    }
  }

  #worded(error: unknown): WireAnswer {
    const { base, log, row } = this.#options;
    const { status, body, headers, unexpected } = errorAnswer(error, base());
    if (unexpected) log.error({ err: error, operation: row.key }, 'the request failed');
    return jsonAnswer(status, body, headers);
  }
}

const dryRun = (violations: readonly object[]): WireAnswer =>
  jsonAnswer(200, { allowed: violations.length === 0, violations }, { 'preference-applied': 'dry-run' });

/** Refused writes are; a missing token, a full minute, a call that still runs and an outcome already told refuse nobody's effect. */
const isOnRecord = (error: PolicyViolation, row: Operation): boolean =>
  !row.readonly && !error.recorded && error.status !== 401 && error.status !== 429 && error.rule !== 'idempotency.key.in_flight';

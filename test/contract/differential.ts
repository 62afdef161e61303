/** Asks the compiled validators and the referee about the same bodies; they must agree. */
import { operations, type OperationKey } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import type { Operation } from '#runtime/operation';
import { exceptions, type Verdicts } from './exceptions.ts';
import type { Documents } from './judged.ts';
import type { Schema } from '#tools-gen/openapi';
import { Chance, mutated } from './mutation.ts';
import { SampleBody, type Json } from './sample-body.ts';

export interface Comparison {
  asked: number;
  /** Bodies both refused. */
  refused: number;
  /** How often each exception was met, in their order. */
  readonly excepted: number[];
  /** Each in words, with what is needed to see it again. */
  readonly disagreements: string[];
}

/**
 * Compares what both say of requests and of answers.
 * @param perBody mutated bodies for each request schema and each success
 */
export async function compare(documents: Documents, perBody: number, seed: number): Promise<Comparison> {
  const result: Comparison = { asked: 0, refused: 0, excepted: exceptions.map(() => 0), disagreements: [] };
  const chance = new Chance(seed);
  for (const row of Object.values<Operation>(operations)) {
    const compiled = await validatorsFor(row.key as OperationKey); // a key of the table
    const referee = documents.referee(row.key);
    const request = documents.requestSchema(row.key);
    for (const { body, what } of request ? bodiesOf(documents, row, request, perBody, chance) : []) {
      enter(result, `${row.key} ${what}`, { compiled: compiled.request(body), referee: referee.request(body) });
    }
    for (const status of Object.keys(row.success)) {
      const answer = documents.answerSchema(row.key, status);
      for (const { body, what } of answer ? bodiesOf(documents, row, answer, perBody, chance) : []) {
        enter(result, `${row.key} ${status} ${what}`, { compiled: compiled.response(Number(status), body), referee: referee.response(Number(status), body) });
      }
    }
  }
  return result;
}

function enter(result: Comparison, what: string, verdicts: Verdicts): void {
  const { compiled, referee } = verdicts;
  result.asked += 1;
  if ((compiled === null) === (referee === null)) {
    result.refused += compiled === null ? 0 : 1;
    return;
  }
  const exception = exceptions.findIndex(({ holds }) => holds(verdicts));
  if (exception >= 0) result.excepted[exception]! += 1;
  else result.disagreements.push(`${what}: compiled ${JSON.stringify(compiled?.slice(0, 3))}, referee ${JSON.stringify(referee?.slice(0, 3))}`);
}

function* bodiesOf(documents: Documents, { key, kind }: Operation, schema: Schema, count: number, chance: Chance): Generator<{ body: Json; what: string }> {
  const legal = (['minimal', 'full'] as const).map((extent) => new SampleBody(documents.documentOf(key), extent).of(schema));
  for (const body of legal) yield { body, what: 'as the schema has it' };
  const steps: Json = [{ op: 'replace', path: '/description', value: 'changed' }, { op: 'test', path: '/name', value: null }];
  const bases = kind === 'patch' ? [...legal, steps] : legal;
  for (let i = 0; i < count; i += 1) yield mutated(chance.one(bases), chance);
}

import type { OperationValidators } from '#generated/validators';
import { BadRequest, NotFound, type Problem } from '#runtime/errors';
import type { Operation, QueryParameter } from '#runtime/operation';
import { storable } from '#runtime/storable';

export type Query = Record<string, unknown>;

/** @throws {NotFound} when an id cannot name anything of this kind (TMF.md §2 "unknown id") */
export function checkParams(row: Operation, validators: OperationValidators, params: Readonly<Record<string, string>>): void {
  if (validators.params(params) === null && Object.values(params).every(storable)) return;
  throw new NotFound(row.resource ?? row.aggregate, Object.values(params).join('/'));
}

/** @throws {BadRequest} naming every parameter that is wrong */
export function checkQuery(row: Operation, validators: OperationValidators, raw: Readonly<Record<string, unknown>>): Query {
  const query: Query = { ...raw };
  for (const parameter of row.query) {
    if (parameter.name in query) query[parameter.name] = coerced(parameter, query[parameter.name]);
  }
  const problems = validators.query(query) ?? unstorable(query);
  if (problems) throw new BadRequest('A query parameter is invalid', problems);
  return query;
}

/** Filters name any attribute, so that no schema looks at their text (TMF630 §4.4). */
function unstorable(query: Query): Problem[] | null {
  const wrong = Object.entries(query).filter(([name, value]) => ![name, ...[value].flat()].every((text) => storable(String(text))));
  return wrong.length === 0 ? null : wrong.map(([name]) => ({ pointer: `/${name.replaceAll('\u0000', '').toWellFormed()}`, message: 'has characters that cannot be stored' }));
}

/** @throws {BadRequest} naming every pointer that is wrong */
export function checkRequest(validators: OperationValidators, body: unknown): void {
  const problems = validators.request(body);
  if (problems) throw new BadRequest('The body is invalid', problems);
}

/** Text stays text where it is no such number or boolean: the validator then says what is wanted. */
function coerced({ name, type }: QueryParameter, value: unknown): unknown {
  if (type === 'array') return (Array.isArray(value) ? value : [value]).flatMap((each) => String(each).split(','));
  if (Array.isArray(value) && name === 'fields') return value.join(',');
  if (typeof value !== 'string') return value;
  if (type === 'integer') return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (type === 'number') return value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
  if (type === 'boolean') return value === 'true' || (value === 'false' ? false : value);
  return value;
}

/** The answer does not fit its schema: a defect of ours, shown to nobody but the log. */
class AnswerMiss extends Error {
  readonly problems: readonly unknown[];

  constructor(row: Operation, status: number, problems: readonly { pointer: string; message: string }[]) {
    super(`${row.key} answered ${status} against its schema: ${problems.slice(0, 20).map((p) => `${p.pointer || '/'} ${p.message}`).join('; ')}`);
    this.name = 'AnswerMiss';
    this.problems = problems;
  }
}

/**
 * Rows may hold Dates and undefined members, which JSON writes as text and drops; only a value that
 * misses the schema is written and looked at again.
 * @throws {AnswerMiss}
 */
export function checkAnswer(row: Operation, validators: OperationValidators, status: number, body: unknown, partial: boolean): void {
  if (status === 304 || validators.response(status, body, partial) === null) return;
  const problems = validators.response(status, body === undefined ? undefined : JSON.parse(JSON.stringify(body)), partial);
  if (problems) throw new AnswerMiss(row, status, problems);
}

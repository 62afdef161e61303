/** Conditions → SQL with bind parameters only (ARCHITECTURE §8). */
import { resources } from '#generated/resources';
import { isoTime } from '#runtime/clock';
import { BadRequest } from '#runtime/errors';
import { attributeAt, type AttributeKind, type AttributePlace } from './attribute.ts';
import { unknownAttribute, type Condition, type Operator, type Test } from './condition.ts';
import type { Column, ColumnType, ResourceDefinition } from './resource.ts';
import { timeRange, type TimeRange } from './time-range.ts';

/** Collects the values of a statement and gives each its mark. */
export class Binder {
  readonly values: unknown[];

  constructor(values: readonly unknown[] = []) {
    this.values = [...values];
  }

  bind(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

export type Filtered = Pick<ResourceDefinition, 'key' | 'columns' | 'extensions' | 'shown'>;

type Compared = Exclude<Operator, 'ne' | 'regex'>;

const comparison: Readonly<Record<'gt' | 'gte' | 'lt' | 'lte', string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/**
 * The SQL of all conditions over the alias `r`, one per condition.
 * @param base absolute address of the collection, for filters on href
 * @throws {BadRequest} a value that is not of the attribute's type
 */
export function filterSql(definition: Filtered, conditions: readonly Condition[], base: string, binder: Binder): string[] {
  return conditions.map((tests) => `(${tests.map((test) => testSql(definition, test, base, binder)).join(' OR ')})`);
}

/** invalid_regular_expression; query_canceled, which a costly expression comes to. */
const unevaluable = new Set(['2201B', '57014']);

/** Whether the database could not, or not in time, evaluate the expressions of a filter. */
export const isUnevaluable = (error: unknown): boolean => error instanceof Error && 'code' in error && unevaluable.has(String(error.code));

function testSql(definition: Filtered, test: Test, base: string, binder: Binder): string {
  // Equal to none of them: an absent attribute differs from every value.
  if (test.operator === 'ne') return `NOT coalesce(${positiveSql(definition, { ...test, operator: 'eq' }, base, binder)}, false)`;
  return positiveSql(definition, { ...test, operator: test.operator }, base, binder);
}

/** A test that some value passes. */
type Positive = Test & { readonly operator: Exclude<Operator, 'ne'> };

function positiveSql(definition: Filtered, given: Positive, base: string, binder: Binder): string {
  const address = given.operator === 'eq' ? namedByAddress(definition, given) : null;
  if (address) return `(${placedSql(definition, given, base, binder)} OR ${placedSql(definition, address, base, binder)})`;
  return placedSql(definition, given, base, binder);
}

/** The address of one of our resources, inside a row, is made when the row is shown: the id beside it finds it. */
function namedByAddress(definition: Filtered, test: Positive): Positive | null {
  const path = /^(.+\.)href$/.exec(test.path)?.[1]?.concat('id');
  if (path === undefined || !attributeAt(definition, path)) return null;
  const ids = test.values.map((value) => addressed(value)).filter((id) => id !== null);
  return ids.length === 0 ? null : { ...test, path, values: ids };
}

/** The id of one of our resources by its address, under whatever host. */
function addressed(href: string): string | null {
  const [, path, id] = /^(?:https?:\/\/[^/]+)?(\/.+)\/([^/]+)$/.exec(href) ?? [];
  return id !== undefined && Object.values(resources).some((one) => one.path === path) ? decoded(id) : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function placedSql(definition: Filtered, given: Positive, base: string, binder: Binder): string {
  const test = given.path === 'href' && given.operator === 'eq' ? byId(definition, given) : given;
  const column = columnOf(definition, test.path, base, binder);
  if (column) return columnSql(column, test, binder);
  const place = attributeAt(definition, test.path);
  if (!place) throw unknownAttribute(definition, test.path);
  return documentSql(documentOf(definition, place), place, test, binder);
}

/** An attribute with a column, its own or one every resource has, as an expression. */
export interface ColumnPlace {
  readonly expression: string;
  readonly type: ColumnType;
  readonly many: boolean;
}

export function columnOf(definition: Filtered, path: string, base: string, binder: Binder): ColumnPlace | null {
  const declared: Column | undefined = Object.hasOwn(definition.columns, path) ? definition.columns[path] : undefined;
  if (declared) return { expression: 'column' in declared ? `r."${declared.column}"` : `(${declared.sql})`, type: declared.type, many: declared.many ?? false };
  if (path === 'id') return { expression: 'r.id', type: 'text', many: false };
  if (path === 'href') return { expression: `(${binder.bind(`${base}/`, 'text')} || r.id)`, type: 'text', many: false };
  if (path === '@type') return { expression: `coalesce(r.document->>'@type', '${resources[definition.key].schema}')`, type: 'text', many: false };
  return null;
}

/** An href names its row whatever host it was read from, and an index has its id. */
function byId(definition: Filtered, test: Positive): Positive {
  const { path } = resources[definition.key];
  return { ...test, path: 'id', values: test.values.map((value) => value.slice(value.lastIndexOf(`${path}/`)).replace(`${path}/`, '')) };
}

function columnSql(column: ColumnPlace, test: Positive, binder: Binder): string {
  if (!column.many) return scalarSql(column.expression, column.type, test, binder);
  return `EXISTS (SELECT 1 FROM unnest(${column.expression}) AS v WHERE ${scalarSql('v', column.type, test, binder)})`;
}

function scalarSql(expression: string, type: ColumnType, test: Positive, binder: Binder): string {
  const { operator, values } = test;
  if (operator === 'regex') return regexSql(type === 'timestamptz' ? isoSql(expression) : `${expression}::text`, test, binder);
  if (type === 'timestamptz') return anyOf(values.map((value) => timeSql(expression, operator, rangeOf(test.path, value), binder)));
  const typed = typedValues(type, test);
  if (operator === 'eq') return typed.length === 1 ? `${expression} = ${binder.bind(typed[0], type)}` : `${expression} = ANY(${binder.bind(typed, `${type}[]`)})`;
  const left = type === 'text' ? `${expression} COLLATE "C"` : expression;
  return anyOf(typed.map((value) => `${left} ${comparison[operator]} ${binder.bind(value, type)}`));
}

const isoSql = (expression: string): string => `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const anyOf = (alternatives: readonly string[]): string => (alternatives.length === 1 ? alternatives[0]! : `(${alternatives.join(' OR ')})`);

function typedValues(type: Exclude<ColumnType, 'timestamptz'>, { path, values }: Test): unknown[] {
  if (type === 'text') return [...values];
  if (type === 'boolean') return values.map((value) => truth(path, value));
  return numbersOf(path, values);
}

function truth(path: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') throw new BadRequest(`${path} is true or false, not ${JSON.stringify(value)}`);
  return value === 'true';
}

function numbersOf(path: string, values: readonly string[]): number[] {
  return values.map((value) => {
    const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : NaN;
    if (!Number.isFinite(number)) throw new BadRequest(`${path} is a number, not ${JSON.stringify(value)}`);
    return number;
  });
}

function rangeOf(path: string, value: string): TimeRange {
  const range = timeRange(value);
  if (!range) throw new BadRequest(`${path} is a time such as 2026-11-23T09:00:00Z or 2026-11, not ${JSON.stringify(value)}`);
  return range;
}

/** Whether the index of the document finds what passes: an equality inside it. */
export function isSearch(definition: Filtered, conditions: readonly Condition[]): boolean {
  return conditions.some((tests) => tests.every((test) => test.operator === 'eq' && isIndexed(definition, test.path)));
}

const indexedKinds: ReadonlySet<AttributeKind> = new Set(['text', 'number', 'boolean', 'any']);

function isIndexed(definition: Filtered, path: string): boolean {
  const place = columnOf(definition, path, '', new Binder()) ? null : attributeAt(definition, path);
  return place !== null && indexedKinds.has(place.kind) && documentOf(definition, place) === 'r.document';
}

/** Against a period: after it, before it, inside it. */
function timeSql(expression: string, operator: Compared, { from, before }: TimeRange, binder: Binder): string {
  const start = (): string => binder.bind(from, 'timestamptz');
  const end = (): string => binder.bind(before, 'timestamptz');
  if (operator === 'eq') return before ? `(${expression} >= ${start()} AND ${expression} < ${end()})` : `${expression} = ${start()}`;
  if (operator === 'gt') return before ? `${expression} >= ${end()}` : `${expression} > ${start()}`;
  if (operator === 'gte') return `${expression} >= ${start()}`;
  if (operator === 'lt') return `${expression} < ${start()}`;
  return before ? `${expression} < ${end()}` : `${expression} <= ${start()}`;
}

/** Long or self-referring expressions can cost time without bound. */
const regexMax = 200;

function checkedRegex({ path, values }: Test): string {
  const pattern = values[0] ?? '';
  if (pattern.length > regexMax || /\\[1-9]/.test(pattern)) throw new BadRequest(`The expression for ${path} must be at most ${regexMax} characters, without back-references`);
  return pattern;
}

const regexSql = (expression: string, test: Test, binder: Binder): string => `${expression} ~ ${binder.bind(checkedRegex(test), 'text')}`;

/** Where an attribute without a column is found: in the document, or in what is shown instead of it. */
export function documentOf({ shown = {} }: Filtered, { names }: AttributePlace): string {
  const path = `${names.join('.')}.`;
  const [, sql] = Object.entries(shown).find(([made]) => path.startsWith(`${made}.`) || `${made}.`.startsWith(path)) ?? [];
  return sql === undefined ? 'r.document' : `jsonb_build_object('${names[0]}', ${sql})`;
}

/**
 * An attribute of the document as a JSON path in lax mode, which passes through lists by itself;
 * an equality of this form is served by a GIN index with jsonb_path_ops.
 */
function documentSql(document: string, { names, kind }: AttributePlace, test: Positive, binder: Binder): string {
  const steps = names.map((name) => `.${JSON.stringify(name)}`).join('');
  const whole = kind === 'object' && test.operator === 'eq' ? containment(document, names, test, binder) : null;
  if (whole) return whole;
  const inside = kind === 'object' ? '.**' : '';
  const path = `$${steps}${inside} ? (${predicate(kind, test)})`;
  return `${document} @? ${binder.bind(path, 'jsonpath')}`;
}

/** An object given as JSON matches what contains it, alone or in a list. */
function containment(document: string, names: readonly string[], { values }: Test, binder: Binder): string | null {
  const given = parsed(values.at(-1) ?? '');
  if (given === null || typeof given !== 'object') return null;
  const wrapped = (leaf: unknown): unknown => names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), leaf);
  const forms = Array.isArray(given) ? [given] : [given, [given]];
  return anyOf(forms.map((form) => `${document} @> ${binder.bind(JSON.stringify(wrapped(form)), 'jsonb')}`));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: a plain value to look for
  }
}

function predicate(kind: AttributePlace['kind'], test: Positive): string {
  const { path, operator, values } = test;
  if (operator === 'regex') return `@ like_regex ${literal(checkedRegex(test))}`;
  if (kind === 'time' || kind === 'date') return values.map((value) => timePredicate(kind, operator, rangeOf(path, value))).join(' || ');
  if (kind === 'number') return numbersOf(path, values).map((value) => compared(operator, String(value))).join(' || ');
  if (kind === 'boolean') return values.map((value) => compared(operator, String(truth(path, value)))).join(' || ');
  if (kind === 'text') return values.map((value) => compared(operator, literal(value))).join(' || ');
  return values.flatMap((value) => [literal(value), ...scalarForms(value)].map((form) => compared(operator, form))).join(' || ');
}

/** JSON and JSON path write strings alike. */
const literal = (text: string): string => JSON.stringify(text);

/** What an untyped value may be besides a text. */
function scalarForms(value: string): string[] {
  const given = parsed(value);
  return (typeof given === 'number' && Number.isFinite(given)) || typeof given === 'boolean' ? [String(given)] : [];
}

const compared = (operator: Compared, form: string): string => `@ ${operator === 'eq' ? '==' : comparison[operator]} ${form}`;

/** Instants stand in documents in one form, whose texts order as the instants do. */
function timePredicate(kind: 'time' | 'date', operator: Compared, { from, before }: TimeRange): string {
  const text = (at: Date): string => literal(kind === 'date' ? isoTime(at).slice(0, 10) : isoTime(at));
  if (operator === 'eq') return before ? `(@ >= ${text(from)} && @ < ${text(before)})` : `@ == ${text(from)}`;
  if (operator === 'gt') return before ? `@ >= ${text(before)}` : `@ > ${text(from)}`;
  if (operator === 'lte') return before ? `@ < ${text(before)}` : `@ <= ${text(from)}`;
  return `@ ${comparison[operator]} ${text(from)}`;
}

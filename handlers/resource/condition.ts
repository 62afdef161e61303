/** Reads a list's query string as conditions (TMF630 §4.4); pure syntax, no SQL. */
import { resources } from '#generated/resources';
import { BadRequest } from '#runtime/errors';
import { pointerToken } from '#runtime/pointer';
import { attributeAt, attributesAt } from './attribute.ts';
import { storable } from '#runtime/storable';
import type { ResourceDefinition } from './resource.ts';

export type Operator = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'regex';

/** One attribute compared with values, any of which may match; `ne` asks that none does. */
export interface Test {
  readonly path: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** Tests of which one must hold; a list's conditions must hold all. */
export type Condition = readonly Test[];

/** Query names that are no filters. */
const reservedNames: ReadonlySet<string> = new Set(['fields', 'offset', 'limit', 'sort']);

/** More than any client composes; keeps the statement small. */
const testsMax = 100;
const valuesMax = 200;
const textMax = 2000;

const symbols: Readonly<Record<string, Operator>> = {
  '=': 'eq', '==': 'eq', '!=': 'ne', '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte', '*=': 'regex',
};
const expression = /^([^<>=!*]+)(>=|<=|!=|\*=|==|=|>|<)(.*)$/s;
const suffix = /^(.+)\.(eq|ne|gte|gt|lte|lt|regex)$/;

type Described = Pick<ResourceDefinition, 'key' | 'columns' | 'extensions'>;

/**
 * Every condition of a query, in its order.
 * @throws {BadRequest} naming each unknown attribute and each expression that cannot be read
 */
export function conditionsOf(definition: Described, query: Readonly<Record<string, unknown>>): Condition[] {
  const conditions = new Map<string, Test[]>();
  for (const [name, given] of Object.entries(query)) {
    if (reservedNames.has(name)) continue;
    const tests = [given].flat().flatMap((value) => alternatives(definition, name, String(value)));
    conditions.set(name, merged(tests));
  }
  const all = [...conditions.values()];
  const tests = all.flat();
  if (tests.length > testsMax || tests.some(({ values }) => values.length > valuesMax)) throw new BadRequest(`A list takes at most ${testsMax} filters of ${valuesMax} values`);
  return all;
}

/** `name=value` with its alternatives after `;`, which may name other attributes. */
function alternatives(definition: Described, name: string, value: string): Test[] {
  const text = `${name}${value === '' ? '' : `=${value}`}`;
  if (text.length > textMax || !storable(text)) throw new BadRequest('A filter is too long or holds characters that cannot be stored');
  const whole = testOf(definition, text) ?? { ...attributeTest(definition, name, 'eq'), values: [''] };
  const [first = '', ...others] = whole.operator === 'regex' ? [] : splitOutsideQuotes(text, ';');
  if (others.length === 0) return [whole];
  let last = testOf(definition, first) ?? whole;
  const tests = isTextual(definition, whole.path) ? [whole, last] : [last];
  for (const piece of others) {
    last = named(definition, piece) ?? { ...last, values: valuesOf(definition, last.path, piece) };
    tests.push(last);
  }
  return tests;
}

/** What reads as a name, so that an alternative that is misspelt is not taken for one more value. */
const nameLike = /^@?[a-z]\w*(\.@?\w+)*$/i;

/**
 * A piece that names an attribute; null for a mere value, which may hold any character between quotation marks.
 * @throws {BadRequest} it compares an attribute that is not there
 */
function named(definition: Described, piece: string): Test | null {
  const name = expression.exec(piece)?.[1];
  return name !== undefined && (nameLike.test(name) || attributeOf(definition, name)) ? testOf(definition, piece) : null;
}

/** `attribute operator values`; null where there is no operator. */
function testOf(definition: Described, text: string): Test | null {
  const match = expression.exec(text);
  if (!match) return null;
  const [, name, symbol, rest] = match as unknown as [string, string, string, string]; // three groups that always take part
  const test = attributeTest(definition, name, symbols[symbol]!);
  // `price%3E%3D=5` reads as `price>==5`.
  const value = symbol !== '=' && rest.startsWith('=') ? rest.slice(1) : rest;
  if (value === '' && test.operator !== 'eq' && test.operator !== 'ne') throw new BadRequest(`The filter on ${test.path} compares with nothing`);
  return { ...test, values: test.operator === 'regex' ? [unquoted(value)] : valuesOf(definition, test.path, value) };
}

function attributeTest(definition: Described, name: string, operator: Operator): Omit<Test, 'values'> {
  const found = attributeOf(definition, name);
  if (!found) throw unknownAttribute(definition, name);
  return operator === 'eq' ? found : { path: found.path, operator };
}

/**
 * An attribute by name or, where no attribute is called so, by name and operator suffix. What may
 * hold anything has no attribute of its own called `ne`, so a suffix after it is an operator too.
 */
function attributeOf(definition: Described, name: string): Omit<Test, 'values'> | null {
  const [, path, operator] = suffix.exec(name) ?? [];
  const whole = attributeAt(definition, name);
  const before = path === undefined ? null : attributeAt(definition, path);
  // The suffixes are operators by the expression.
  if (before && (!whole || whole.kind === 'any')) return { path: path!, operator: operator as Operator };
  return whole && { path: name, operator: 'eq' };
}

/** Says what may stand there instead, since a client cannot know which of its filters a server has. */
export function unknownAttribute(definition: Described, name: string): BadRequest {
  const path = name.replace(suffix, '$1');
  return new BadRequest(`${resources[definition.key].schema} has no attribute ${path}`, [{ pointer: `/${pointerToken(name)}`, message: insteadOf(definition, path) }]);
}

function insteadOf(definition: Described, path: string): string {
  const plain = path.replace(/\[[^\]]*\]/g, '').replace(/\.\d+(?=\.|$)/g, '');
  if (plain !== path && attributeAt(definition, plain)) return `lists are passed through: ${plain}`;
  const whole = attributeAt(definition, path.slice(0, Math.max(0, path.lastIndexOf('.'))));
  if (whole && whole.kind !== 'object') return `${whole.names.join('.')} has no attributes; the operators after a name are .eq .ne .gt .gte .lt .lte .regex`;
  return `must be one of ${attributesAt(definition, path).join(', ')}`;
}

/** Values between commas; a text as a whole counts too, since names hold commas. */
function valuesOf(definition: Described, path: string, text: string): string[] {
  const parts = splitOutsideQuotes(text, ',');
  if (parts.length === 1) return [unquoted(text)];
  return [...new Set([...parts.map((part) => unquoted(part.trim())), ...(isTextual(definition, path) ? [text] : [])])];
}

function isTextual(definition: Described, path: string): boolean {
  const kind = attributeAt(definition, path)?.kind;
  return kind === 'text' || kind === 'any' || kind === 'object';
}

const unquoted = (text: string): string => (/^".*"$/s.test(text) && text.length >= 2 ? text.slice(1, -1) : text);

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [''];
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (char === separator && !quoted) parts.push('');
    else parts[parts.length - 1] += char;
  }
  // A lone quotation mark is part of a value, not the start of a quoted one.
  return quoted ? text.split(separator) : parts;
}

/** Tests of the same attribute and operator become one with all their values. */
function merged(tests: readonly Test[]): Test[] {
  const byTest = new Map<string, Test>();
  for (const test of tests) {
    const key = `${test.operator} ${test.path}`;
    const known = byTest.get(key);
    byTest.set(key, known ? { ...known, values: [...new Set([...known.values, ...test.values])] } : test);
  }
  return [...byTest.values()];
}

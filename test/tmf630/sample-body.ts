/** Values that fit a schema of our documents, so that a new attribute is covered by existing. */
import { refName, type OpenApiDocument, type Schema } from '#tools-gen/openapi';
import { schemaOf } from '#tools-gen/resolve';
import type { Random } from './random.ts';

export interface Sampling {
  readonly document: OpenApiDocument;
  readonly random: Random;
  /** Chance that an attribute which may be absent is there: 0 is the smallest body, 1 the fullest. */
  readonly fullness: number;
  /** Levels below the body that may still hold what is not required. */
  readonly levelsMax: number;
  /** Components that are left out: references that would have to name a row. */
  readonly absent?: readonly string[];
}

/** Texts of different shape, also with what a filter gives a meaning: commas, semicolons, quotes, operators. */
const words = ['Ada', 'blue, green', 'a;b', '5" pipe', 'x>=y', 'naïve 日本', 'UPPER lower', '100 %', "O'Hara", 'a=b&c=d', 'C:\\temp', 'plain'];

const texts: Readonly<Record<string, (random: Random) => string>> = {
  'date-time': (random) => `20${10 + random.below(30)}-0${1 + random.below(9)}-1${random.below(10)}T1${random.below(10)}:${10 + random.below(50)}:0${random.below(10)}.000Z`,
  date: (random) => `20${10 + random.below(30)}-0${1 + random.below(9)}-1${random.below(10)}`,
  uri: (random) => `https://example.org/things/${random.below(1000)}`,
  email: (random) => `ada.${random.below(100_000)}@example.org`,
  uuid: (random) => `00000000-0000-4000-8000-${String(random.below(10 ** 9)).padStart(12, '0')}`,
};

/** A legal value; for a pattern the example of the schema, or a code of the field that matches. */
export function sample(schema: Schema, sampling: Sampling, name = 'value', level = 0): unknown {
  const shape = schemaOf(sampling.document, schema);
  const { random } = sampling;
  if (sampling.absent?.includes(refName(schema) ?? '')) return undefined;
  if (shape.enum) return random.pick(shape.enum);
  const choice = shape.oneOf ?? shape.anyOf;
  if (choice) return sample(choice[0]!, sampling, name, level);
  if (shape.allOf && !shape.properties) return Object.assign({}, ...shape.allOf.map((part) => sample(part, sampling, name, level))) as unknown;
  switch (shape.type ?? (shape.properties ? 'object' : undefined)) {
    case 'string': return text(shape, random, name);
    case 'integer': return whole(shape, random);
    case 'number': return (shape.minimum ?? 0) + random.below(100_00) / 100;
    case 'boolean': return random.chance(0.5);
    case 'array': return list(shape, sampling, name, level);
    case 'object': return object(shape, sampling, level);
    default: return random.pick<unknown>([random.below(100), random.pick(words), true]);
  }
}

function text({ format, pattern, example, minLength = 0, maxLength = Infinity }: Schema, random: Random, name: string): string {
  const formatted = format === undefined ? undefined : texts[format];
  // A period ends after it began.
  if (formatted) return name.startsWith('end') ? formatted(random).replace(/^20/, '21') : formatted(random);
  if (pattern !== undefined) return typeof example === 'string' && !sequenceId.test(pattern) ? example : matching(pattern, random);
  // A free id is none of ours, so that it refers to nothing we would look for.
  const free = /id$/i.test(name) ? `x${random.below(100_000)}` : `${name} ${random.pick(words)} ${random.below(1000)}`;
  return free.padEnd(minLength, 'x').slice(0, maxLength);
}

/** `^ORD-\\d{3,}$`: a sequence id, small enough to be one of a row that is there. */
const sequenceId = /^\^\(?([A-Z]+)\)?-/;

function matching(pattern: string, random: Random): string {
  const prefix = sequenceId.exec(pattern)?.[1];
  if (prefix !== undefined) return `${prefix}-${String(1 + random.below(30)).padStart(3, '0')}`;
  const expression = new RegExp(pattern, 'u');
  return known.find((one) => expression.test(one)) ?? 'no text that fits';
}

/** Codes of the field, for patterns that come without an example. */
const known = ['90000042', '8965010000000000053', 'PLAN_S', 'SGD', '4242', 'cli', 'task_type', 'SG', '4', '7', 'a'];

function whole({ minimum = 0, maximum = 1000 }: Schema, random: Random): number {
  const low = Math.ceil(minimum);
  return low + random.below(Math.max(1, Math.min(maximum, low + 1000) - low));
}

function list({ items, minItems = 0, maxItems = Infinity }: Schema, sampling: Sampling, name: string, level: number): unknown[] {
  const deep = level >= sampling.levelsMax;
  const wanted = deep ? minItems : Math.max(minItems, sampling.fullness > 0 ? 1 + sampling.random.below(2) : 0);
  return Array.from({ length: Math.min(maxItems, wanted) }, () => (items ? sample(items, sampling, name.replace(/s$/, ''), level + 1) : 'any'));
}

function object({ properties = {}, required = [] }: Schema, sampling: Sampling, level: number): Record<string, unknown> {
  const { fullness, levelsMax, random } = sampling;
  const names = Object.keys(properties).filter((name) => required.includes(name) || (level < levelsMax && random.next() < fullness));
  return Object.fromEntries(names.map((name) => [name, sample(properties[name]!, sampling, name, level + (refName(properties[name]!) ? 1 : 0))]));
}

/** Bodies built from the schema of a request: the least that is legal, and everything there is. */
import type { OpenApiDocument, Schema } from '#tools-gen/openapi';
import { refName } from '#tools-gen/openapi';
import { schemaOf } from '#tools-gen/resolve';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A schema inside itself is filled this often: enough to see that nesting survives. */
const repeatsMax = 2;
const levelsMax = 8;

interface Place {
  readonly name: string;
  /** Schemas around this one, outermost first. */
  readonly above: readonly Schema[];
}

/** Fills schemas of one document; the same schema gives the same value each time. */
export class SampleBody {
  readonly #document: OpenApiDocument;
  readonly #whole: boolean;

  /** @param extent `minimal`: mandatory members only; `full`: every member, one element per list */
  constructor(document: OpenApiDocument, extent: 'minimal' | 'full') {
    this.#document = document;
    this.#whole = extent === 'full';
  }

  of(schema: Schema, place: Place = { name: 'value', above: [] }): Json {
    const own = schemaOf(this.#document, schema);
    if (own.enum?.length) return (own.enum.find((one) => typeof one === 'string' && one === one.trim()) ?? own.enum[0]) as Json; // a value of the document
    const choice = own.oneOf?.[0] ?? own.anyOf?.[0];
    if (choice) return this.of(choice, place);
    if (own.allOf) return Object.assign({}, ...own.allOf.map((part) => this.of(part, place)), this.#object(own, place)) as Json; // objects, or allOf could not hold
    if (own.type === 'array') return this.#array(own, place);
    if (own.properties || own.type === 'object') return this.#object(own, place);
    return scalar(own, place.name);
  }

  #array(schema: Schema, { name, above }: Place): Json {
    const length = Math.max(schema.minItems ?? 0, this.#whole ? 1 : 0);
    return Array.from({ length }, () => this.of(schema.items ?? {}, { name, above }));
  }

  #object(schema: Schema, { above }: Place): { [name: string]: Json } {
    const required = new Set(schema.required);
    const out: { [name: string]: Json } = {};
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (!required.has(name) && (!this.#whole || this.#isTooDeep(member, above))) continue;
      out[name] = this.of(member, { name, above: [...above, schema] });
    }
    return out;
  }

  #isTooDeep(member: Schema, above: readonly Schema[]): boolean {
    if (above.length >= levelsMax) return true;
    const element = schemaOf(this.#document, member);
    const target = element.type === 'array' && element.items ? schemaOf(this.#document, element.items) : element;
    return (refName(member) ?? refName(element.items)) !== undefined && above.filter((one) => one === target).length >= repeatsMax;
  }
}

function scalar(schema: Schema, name: string): Json {
  if (schema.example !== undefined) return schema.example as Json; // an example is a value
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(schema.minimum ?? 1, 1);
  if (schema.type === undefined) return `any ${name}`;
  return text(schema, name);
}

const byFormat: Readonly<Record<string, string>> = {
  'date-time': '2026-04-11T08:30:00.000Z', date: '2026-04-11', uri: 'https://operator.example/thing/1', email: 'ada@example.sg',
  uuid: '018f0000-0000-7000-8000-000000000001', base64: 'aGVsbG8=',
};

/** A period ends after it begins. */
const byName: Readonly<Record<string, string>> = { endDateTime: '2027-04-11T08:30:00.000Z', startDateTime: '2026-01-11T08:30:00.000Z' };

function text(schema: Schema, name: string): string {
  const fixed = byName[name] ?? byFormat[schema.format ?? ''] ?? (name.startsWith('@') ? 'Extension' : `${name} of a client`);
  const padded = fixed.padEnd(schema.minLength ?? 0, 'x').slice(0, schema.maxLength);
  if (schema.pattern === undefined) return padded;
  const fitting = [padded, ...words].find((one) => new RegExp(schema.pattern!, 'u').test(one));
  if (fitting === undefined) throw new Error(`nothing here matches ${schema.pattern}: give ${name} an example in its document`);
  return fitting;
}

/** One of each kind of id and code that our documents describe by a pattern. */
const words: readonly string[] = [
  ...['AGT', 'BA', 'BILL', 'BKT', 'CASE', 'CM', 'CUST', 'FLT', 'NOTE', 'ORD', 'PAY', 'PM', 'PTK', 'RATE', 'SO', 'SUB', 'SVC', 'TKT', 'USG', 'VASP'].map((prefix) => `${prefix}-014`),
  'PLAN_M', 'prebaked', 'order.completed', 'SG', 'SGD', 'TMF622', '525', '4242', '90000042', '525010000000001', '8965010000000000053', '89049032000000000000000000000066',
  '30d', '0123456789abcdef'.repeat(2), '0123456789abcdef'.repeat(4), '0A1B-2C3D-4E5F-6789', 'LPA:1$rsp.example$0A1B-2C3D-4E5F-6789',
];

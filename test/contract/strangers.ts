import type { Operation } from '#runtime/operation';
import type { Asked, Documents } from './judged.ts';
import { SampleBody, type Json } from './sample-body.ts';

/** Ids of every form that stand for nothing on a new installation. */
const strangers = ['NO-999', 'no_such', 'NO_SUCH', '99999999', '8965999999999999999', ...['AGT', 'BILL', 'CASE', 'CM', 'CUST', 'FLT', 'ORD', 'PAY', 'PM', 'PTK', 'SO', 'SUB', 'TKT', 'USG'].map((prefix) => `${prefix}-999`)];

function strangerFor(documents: Documents, key: string, name: string): string {
  const { pattern } = documents.pathSchema(key, name);
  return strangers.find((one) => pattern === undefined || new RegExp(pattern).test(one)) ?? 'NO-999';
}

/** The least legal body, where there is one. */
export function bodyOf(documents: Documents, { key }: Operation): { body?: Json } {
  const schema = documents.requestSchema(key);
  return schema ? { body: new SampleBody(documents.documentOf(key), 'minimal').of(schema) } : {};
}

/** A path to nothing, with the least legal body, so that nothing else is wrong. */
export function toNothing(documents: Documents, row: Operation): Asked {
  const params = Object.fromEntries(row.pathParams.map((name) => [name, strangerFor(documents, row.key, name)]));
  return { params, ...bodyOf(documents, row) };
}

/** The file in which a catalog travels: a header line, then a row per line; or both in one JSON array. */
import { isObject } from '../resource/json.ts';
import type { Document } from '../resource/resource.ts';

export const exchangedResources = ['category', 'catalog', 'productSpecification', 'productOffering', 'productOfferingPrice'] as const;
export type ExchangedResource = (typeof exchangedResources)[number];

/** One row, without address and without what the receiving server sets. */
export interface Entry {
  readonly resource: ExchangedResource;
  readonly id: string;
  readonly attributes: Document;
}

/** Why a job ends as Failed; its message is the job's `errorLog`. */
export class JobFailure extends Error {}

/** Most rows in one file: they are brought in by one transaction. */
export const rowsMax = 2000;

const header = { format: 'bss-tmf620-catalog', version: 1 };
export const ndjson = 'application/x-ndjson';

/** @param contentType `application/json` for one array, else a line per row */
export function written(entries: readonly Entry[], contentType: string): string {
  const lines = [header, ...entries.map(({ resource, id, attributes }) => ({ resource, id, attributes }))].map((line) => JSON.stringify(line));
  return contentType === 'application/json' ? `[${lines.join(',\n')}]\n` : `${lines.join('\n')}\n`;
}

/** @throws {JobFailure} the text is no such file */
export function read(text: string): Entry[] {
  const [first, ...rows] = text.trimStart().startsWith('[') ? array(text) : text.split('\n').filter((line) => line.trim() !== '').map((line, i) => parsed(line, `Line ${i + 1}`));
  if (!isObject(first) || first['format'] !== header.format) throw new JobFailure(`The file does not begin with ${JSON.stringify(header)}.`);
  if (first['version'] !== header.version) throw new JobFailure(`Version ${String(first['version'])} of the file cannot be read here, only ${header.version}.`);
  if (rows.length > rowsMax) throw new JobFailure(`A file may hold ${rowsMax} rows; this one has ${rows.length}.`);
  return rows.map((row, i) => entryOf(row, i + 1));
}

function array(text: string): unknown[] {
  const value = parsed(text, 'The file');
  return Array.isArray(value) ? value : [];
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JobFailure(`${what} is not JSON.`);
  }
}

function entryOf(row: unknown, number: number): Entry {
  if (!isObject(row)) throw new JobFailure(`Row ${number} is no object.`);
  const { resource, id, attributes } = row;
  const known = exchangedResources.find((name) => name === resource);
  if (!known) throw new JobFailure(`Row ${number} is of the resource ${JSON.stringify(resource)}; known are ${exchangedResources.join(', ')}.`);
  if (typeof id !== 'string') throw new JobFailure(`Row ${number} has no id.`);
  if (!isObject(attributes)) throw new JobFailure(`Row ${number} has no attributes.`);
  return { resource: known, id, attributes };
}

/** What differs between two versions of an API: operations, parameters, answers, schemas, properties, enums, required. */
import type { Schema } from './openapi.ts';
import { sameJson, type FactOperation, type FactResponse, type Facts } from './import/facts.ts';

export interface Change {
  kind: 'added' | 'removed' | 'changed';
  subject: 'document' | 'operation' | 'parameter' | 'request' | 'response' | 'header' | 'schema' | 'property' | 'required' | 'enum value';
  /** `POST /productOrder`, `ProductOrder.category`. */
  name: string;
  /** Both sides of a change, e.g. `string → integer`. */
  detail?: string;
  /** Whether a client that keeps to the old version can fail with the new one. */
  breaking: boolean;
}

type Found = Omit<Change, 'breaking'> & { breaking?: boolean };

/** Changes from `before` to `after`; tags, titles and descriptions are no part of the contract. */
export function diffFacts(before: Facts, after: Facts): Change[] {
  const found = [
    ...valueChange('document', 'version', before.version, after.version),
    ...diffNamed('operation', byKey(before), byKey(after), diffOperation),
    ...diffNamed('schema', before.schemas, after.schemas, (name, left, right) => diffSchema('schema', name, left, right)),
  ];
  return found.map((change) => ({ ...change, breaking: change.breaking ?? isBreaking(change) }));
}

/** One line: `removed property ProductOrder.category`. */
export function changeText(change: Change): string {
  const detail = change.detail ? `: ${change.detail}` : '';
  return `${change.kind} ${change.subject} ${change.name}${detail}`;
}

/**
 * A shared schema is read by some clients and written by others, so what it gains as
 * required or loses as property, value or promise breaks one of them. Schemas that are
 * only written (_Create, _Update) may drop a requirement.
 */
function isBreaking({ kind, subject, name }: Found): boolean {
  if (subject === 'document') return false;
  if (subject === 'required') return kind === 'added' || !/_(Create|Update)\./.test(name);
  return kind !== 'added';
}

function byKey(facts: Facts): Record<string, FactOperation> {
  return Object.fromEntries(facts.operations.map((operation) => [`${operation.method.toUpperCase()} ${operation.path}`, operation]));
}

function diffNamed<T>(subject: Found['subject'], before: Record<string, T>, after: Record<string, T>, inside: (name: string, left: T, right: T) => Found[], prefix = ''): Found[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): Found[] => {
    const left = before[name];
    const right = after[name];
    if (left === undefined) return [{ kind: 'added', subject, name: prefix + name }];
    if (right === undefined) return [{ kind: 'removed', subject, name: prefix + name }];
    return inside(prefix + name, left, right);
  });
}

function diffOperation(name: string, before: FactOperation, after: FactOperation): Found[] {
  return [
    ...valueChange('operation', `${name} operationId`, before.operationId, after.operationId),
    ...diffParameters(name, before, after),
    ...diffRequest(name, before, after),
    ...diffNamed('response', before.success, after.success, diffResponse, `${name} `),
    ...diffSets('response', `${name} `, before.errors, after.errors),
  ];
}

function diffParameters(name: string, before: FactOperation, after: FactOperation): Found[] {
  const table = (operation: FactOperation) => Object.fromEntries(operation.parameters.map((each) => [`${each.in} ${each.name}`, each]));
  const found = diffNamed('parameter', table(before), table(after), (key, left, right) => [
    ...valueChange('parameter', `${key} required`, left.required, right.required).map((change) => ({ ...change, breaking: right.required })),
    ...diffSchema('parameter', key, left.schema, right.schema),
  ], `${name} `);
  const required = new Set(after.parameters.filter((each) => each.required).map((each) => `${name} ${each.in} ${each.name}`));
  return found.map((change) => (change.kind === 'added' && required.has(change.name) ? { ...change, breaking: true } : change));
}

function diffRequest(name: string, before: FactOperation, after: FactOperation): Found[] {
  const body = `${name} body`;
  if (!before.request && !after.request) return [];
  if (!before.request) return [{ kind: 'added', subject: 'request', name: body, breaking: after.request?.required === true }];
  if (!after.request) return [{ kind: 'removed', subject: 'request', name: body }];
  return [
    ...valueChange('request', `${body} required`, before.request.required, after.request.required).map((change) => ({ ...change, breaking: after.request?.required === true })),
    ...diffSchema('request', body, before.request.schema, after.request.schema),
  ];
}

function diffResponse(name: string, before: FactResponse, after: FactResponse): Found[] {
  return [
    ...diffSchema('response', name, before.schema ?? {}, after.schema ?? {}),
    ...diffNamed('header', before.headers, after.headers, (header, left, right) => diffSchema('header', header, left, right), `${name} `),
  ];
}

function diffSchema(subject: Found['subject'], name: string, before: Schema, after: Schema): Found[] {
  return [
    ...shapeChange(subject, name, before, after),
    ...diffNamed('property', before.properties ?? {}, after.properties ?? {}, (key, left, right) => diffSchema('property', key, left, right), `${name}.`),
    ...diffSets('required', `${name}.`, before.required ?? [], after.required ?? []),
    ...diffSets('enum value', `${name} `, (before.enum ?? []).map(quoted), (after.enum ?? []).map(quoted)),
  ];
}

function quoted(value: unknown): string {
  return JSON.stringify(value);
}

function diffSets(subject: Found['subject'], prefix: string, before: string[], after: string[]): Found[] {
  const removed = before.filter((each) => !after.includes(each)).map((each): Found => ({ kind: 'removed', subject, name: prefix + each }));
  const added = after.filter((each) => !before.includes(each)).map((each): Found => ({ kind: 'added', subject, name: prefix + each }));
  return [...removed, ...added];
}

/** Everything of a schema that is compared as one: type, format, default, limits, references. */
function shapeChange(subject: Found['subject'], name: string, before: Schema, after: Schema): Found[] {
  const left = shapeOf(before);
  const right = shapeOf(after);
  // Schema is JSON throughout.
  if (sameJson(left as never, right as never)) return [];
  return [{ kind: 'changed', subject, name, detail: `${shapeText(left)} → ${shapeText(right)}` }];
}

function shapeOf({ properties: _properties, required: _required, enum: _values, ...shape }: Schema): Schema {
  return shape;
}

/** `string(date-time)`, `ProductRef`, `Note[]`, further members as JSON. */
function shapeText(shape: Schema): string {
  const { $ref, type, format, items, ...rest } = shape;
  if ($ref) return $ref.slice($ref.lastIndexOf('/') + 1);
  const base = items ? `${shapeText(items)}[]` : `${type ?? 'any'}${format ? `(${format})` : ''}`;
  return Object.keys(rest).length === 0 ? base : `${base} ${JSON.stringify(rest)}`;
}

function valueChange(subject: Found['subject'], name: string, before: string | boolean, after: string | boolean): Found[] {
  return before === after ? [] : [{ kind: 'changed', subject, name, detail: `${before} → ${after}` }];
}

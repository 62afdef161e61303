/** What a PATCH makes of a row: merge or JSON patch on its representation, checked, told in attributes. */
import { resources } from '#generated/resources';
import { validatorsFor } from '#generated/validators';
import { BadRequest, PolicyViolation } from '#runtime/errors';
import type { Call, JsonPatchStep } from '#runtime/handler';
import { pointerToken } from '#runtime/pointer';
import type { Service } from '../service.ts';
import { depthMax, normal, split, type Stored } from './document.ts';
import { jsonEqual, isObject, type JsonObject } from './json.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { operationOf } from './operation.ts';
import { project } from './project.ts';
import type { Change, Document, ResourceDefinition, ResourceRow } from './resource.ts';

export type PatchCall = Pick<Call<unknown, unknown, unknown>, 'body' | 'contentType'>;

/** A change that may be asked a permit for, and what to store when it gets one. */
export interface Patched<Row extends ResourceRow> extends Change<Row>, Stored {}

/**
 * Applies a patch to a locked row, without writing.
 * @returns null when nothing differs: answer 200 with the row, write and record nothing
 * @throws {BadRequest} the result is not a legal resource
 * @throws {PolicyViolation} `<area>.patch.field_locked`
 */
export async function patched<Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, row: Row, call: PatchCall): Promise<Patched<Row> | null> {
  const before = project(service, definition, row);
  const shown = Object.keys(definition.project?.(row, service) ?? {});
  const locked = lockedOf(definition, row, shown);
  const after = withLockedNulls(before, normal(definition, outcome(before, call)), locked);
  const changed = differing(before, after);
  if (changed.length === 0) return null;
  refuseLocked(definition, row, before, changed.filter((name) => locked.has(name)));
  refuseRemoved(definition, after, changed);
  await refuseIllegal(definition, after, changed);
  const whole = { ...after, ...normal(definition, definition.touched?.(service.clock.now()) ?? {}) };
  const { columns, document } = split(definition, Object.fromEntries(Object.entries(whole).filter(([name]) => !shown.includes(name))));
  // What `project` shows has its home elsewhere, or is made from what was posted: that stays as it is.
  const posted = Object.fromEntries(Object.entries(row.document).filter(([name]) => shown.includes(name)));
  return { row, before, after: whole, changed, columns, document: { ...document, ...posted } };
}

function outcome(before: JsonObject, { body, contentType }: PatchCall): unknown {
  if (deeperThan(body, depthMax)) throw new BadRequest(`The patch is nested deeper than ${depthMax} levels`);
  const stepwise = contentType === 'application/json-patch+json';
  if (stepwise !== Array.isArray(body)) throw new BadRequest(stepwise ? 'A JSON Patch is a list of steps' : 'A merge patch of a resource is an object');
  // The host has checked the steps against the schema of the media type.
  const after = stepwise ? jsonPatch(before, body as JsonPatchStep[]) : mergePatch(before, body);
  if (!isObject(after)) throw new BadRequest('The patch leaves no resource', [{ pointer: '', message: 'must be an object' }]);
  return after;
}

/** Whether a patch speaks of an attribute, also where it says what it has already. */
export const namesMember = ({ body }: PatchCall, name: string): boolean =>
  Array.isArray(body) ? body.some((step: JsonPatchStep) => step.path === `/${pointerToken(name)}`) : isObject(body) && Object.hasOwn(body, name);

function deeperThan(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((member) => deeperThan(member, levels - 1));
}

/** First-level attributes with another value, or on one side only. */
function differing(before: JsonObject, after: JsonObject): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => Object.hasOwn(before, name) !== Object.hasOwn(after, name) || !jsonEqual(before[name], after[name])).sort();
}

/** First-level attributes that only the server sets. */
const lockedOf = <Row extends ResourceRow>({ readOnly, extensions = [] }: ResourceDefinition<Row>, row: Row, shown: readonly string[]): ReadonlySet<string> =>
  new Set(['id', 'href', ...extensions, ...shown, ...(typeof readOnly === 'function' ? readOnly(row) : readOnly)]);

/** A merge patch cannot say null, so that a row sent back whole lacks the nulls inside it: of what is locked they stay. */
function withLockedNulls(before: JsonObject, after: JsonObject, locked: ReadonlySet<string>): JsonObject {
  const same = Object.keys(after).filter((name) => locked.has(name) && Object.hasOwn(before, name) && jsonEqual(withoutNulls(before[name]), withoutNulls(after[name])));
  return { ...after, ...Object.fromEntries(same.map((name) => [name, before[name]])) };
}

function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null).map(([name, member]) => [name, withoutNulls(member)]));
}

/** @throws {PolicyViolation} `<area>.patch.field_locked` where there are such fields */
export function refuseLocked<Row extends ResourceRow>({ key, stateAttribute }: ResourceDefinition<Row>, row: Row, before: Document, fields: readonly string[]): void {
  if (fields.length === 0) return;
  throw new PolicyViolation(
    `${resources[key].area}.patch.field_locked`, `The server sets ${fields.join(', ')}; a patch cannot change ${fields.length > 1 ? 'them' : 'it'}.`,
    { type: key, id: row.id, field: fields[0], fields, ...(stateAttribute ? { state: before[stateAttribute] ?? null } : {}) },
    [{ hint: `Leave ${fields.join(', ')} out, or use the action that changes ${fields.length > 1 ? 'them' : 'it'}.` }],
  );
}

function refuseRemoved<Row extends ResourceRow>({ mandatory }: ResourceDefinition<Row>, after: Document, changed: readonly string[]): void {
  const removed = changed.filter((name) => mandatory.includes(name) && (after[name] === undefined || after[name] === null));
  if (removed.length > 0) throw new BadRequest('The patch removes what every such resource has', removed.map((name) => ({ pointer: `/${pointerToken(name)}`, message: 'is required' })));
}

/** The changed attributes, whole, must be ones that a merge patch could have brought. */
async function refuseIllegal<Row extends ResourceRow>({ key }: ResourceDefinition<Row>, after: JsonObject, changed: readonly string[]): Promise<void> {
  const operation = operationOf(key, 'patch');
  if (!operation) throw new Error(`no operation patches ${key}`);
  const { request } = await validatorsFor(operation.key);
  const problems = request(Object.fromEntries(Object.entries(after).filter(([name]) => changed.includes(name))));
  if (problems) throw new BadRequest('The body is invalid', problems);
}

/** JSON Patch (RFC 6902) over JSON Pointers (RFC 6901), bounded in steps and in the size of the result. */
import { BadRequest, Conflict } from '#runtime/errors';
import type { JsonPatchStep } from '#runtime/handler';
import { isObject, jsonEqual, put } from './json.ts';

/** Steps of one document. */
export const stepsMax = 500;
/** Characters of all values that copy steps may multiply, as JSON. */
const copiedMax = 1024 * 1024;

/**
 * Applies all steps or none; the target is not changed.
 * @throws {BadRequest} a step that cannot be read, or that points where nothing is
 * @throws {Conflict} a `test` step finds another value (RFC 5789 §2.2)
 */
export function jsonPatch(target: unknown, steps: readonly JsonPatchStep[]): unknown {
  if (steps.length > stepsMax) throw new BadRequest(`A JSON Patch has at most ${stepsMax} steps`);
  // A box makes the whole document a member like any other.
  const box = { root: structuredClone(target) };
  const budget = { left: copiedMax };
  steps.forEach((step, i) => apply(box, step, `/${i}`, budget));
  return box.root;
}

type Box = { root: unknown };

function apply(box: Box, step: JsonPatchStep, at: string, budget: { left: number }): void {
  const path = tokens(step.path, `${at}/path`);
  switch (step.op) {
    case 'add': return add(box, path, valueOf(step, at), at);
    case 'remove': return void remove(box, path, at);
    case 'replace': return replace(box, path, valueOf(step, at), at);
    case 'move': return move(box, tokens(step.from, `${at}/from`), path, at);
    case 'copy': return add(box, path, copied(find(box, tokens(step.from, `${at}/from`), at), budget), at);
    case 'test': return test(box, path, valueOf(step, at), at, step.path);
  }
}

/** RFC 6901 §3 and §4: `~1` before `~0`. */
function tokens(pointer: string | undefined, at: string): string[] {
  if (pointer === '') return [];
  if (pointer === undefined || !pointer.startsWith('/') || /~(?![01])/.test(pointer)) throw refused(at, 'is no JSON pointer');
  return pointer.slice(1).split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const refused = (pointer: string, message: string): BadRequest => new BadRequest('The JSON Patch cannot be applied', [{ pointer, message }]);

const missing = (at: string): BadRequest => refused(at, 'points where nothing is');

function valueOf(step: JsonPatchStep, at: string): unknown {
  if (!Object.hasOwn(step, 'value')) throw refused(`${at}/value`, 'is required');
  return structuredClone(step.value);
}

/** A copy doubles what is there, and the next doubles that: only so much of it. */
function copied(value: unknown, budget: { left: number }): unknown {
  budget.left -= JSON.stringify(value ?? null).length;
  if (budget.left < 0) throw new BadRequest('The JSON Patch copies more than a body may hold');
  return structuredClone(value);
}

/** The value a pointer names. */
function find(box: Box, path: readonly string[], at: string): unknown {
  let value = box.root;
  for (const token of path) {
    if (Array.isArray(value)) value = value[index(token, value.length - 1, at)];
    else if (isObject(value) && Object.hasOwn(value, token)) value = value[token];
    else throw missing(at);
  }
  return value;
}

/** RFC 6901 §4: digits without leading zeros. */
function index(token: string, last: number, at: string): number {
  const number = /^(0|[1-9]\d{0,8})$/.test(token) ? Number(token) : NaN;
  if (Number.isNaN(number) || number > last) throw missing(at);
  return number;
}

function add(box: Box, path: readonly string[], value: unknown, at: string): void {
  const token = path.at(-1);
  if (token === undefined) return void (box.root = value);
  const parent = find(box, path.slice(0, -1), at);
  if (Array.isArray(parent)) parent.splice(token === '-' ? parent.length : index(token, parent.length, at), 0, value);
  else if (isObject(parent)) put(parent, token, value);
  else throw missing(at);
}

function remove(box: Box, path: readonly string[], at: string): unknown {
  const value = find(box, path, at);
  const token = path.at(-1);
  if (token === undefined) throw refused(at, 'removes the whole resource');
  const parent = find(box, path.slice(0, -1), at);
  if (Array.isArray(parent)) parent.splice(Number(token), 1);
  else if (isObject(parent)) delete parent[token];
  return value;
}

function replace(box: Box, path: readonly string[], value: unknown, at: string): void {
  find(box, path, at);
  const token = path.at(-1);
  if (token === undefined) return void (box.root = value);
  const parent = find(box, path.slice(0, -1), at);
  if (Array.isArray(parent)) parent[Number(token)] = value;
  else if (isObject(parent)) put(parent, token, value);
}

/** RFC 6902 §4.4: not into itself. */
function move(box: Box, from: readonly string[], path: readonly string[], at: string): void {
  const into = path.length > from.length && from.every((token, i) => token === path[i]);
  if (into) throw refused(at, 'moves a value into itself');
  if (from.length === path.length && from.every((token, i) => token === path[i])) return void find(box, from, at);
  add(box, path, remove(box, from, at), at);
}

function test(box: Box, path: readonly string[], value: unknown, at: string, pointer: string): void {
  if (!jsonEqual(find(box, path, at), value)) throw new Conflict('patch_test_failed', `Step ${at.slice(1)} of the JSON Patch expects another value at ${pointer || 'the root'}.`);
}

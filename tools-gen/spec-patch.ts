/**
 * Overlays of specs/patches/: dated, one reason each, applied in memory, so that
 * the vendored documents stay as they were imported (TMF.md §4).
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { absentAsEmpty } from './absent.ts';
import type { Json } from './openapi.ts';

/** One change, after RFC 6902. */
export type PatchStep = { op: 'add' | 'replace'; path: string; value: Json } | { op: 'remove'; path: string } | CopyStep;

/** A new member like its sibling `from`. */
interface CopyStep { op: 'copy'; path: string; from: string }

/*
 * `path` is a JSON pointer (RFC 6901). `*` in a segment stands for any characters but
 * a slash, as in a shell, so that `/paths/~1*~1{id}` are all single resources. Every
 * path must match at least once.
 */

export interface SpecPatch {
  /** Path of the overlay below the root, named in every message about it. */
  file: string;
  /** The APIs it changes. */
  target: string[];
  /** Day the deviation was decided, YYYY-MM-DD. */
  date: string;
  reason: string;
  apply: PatchStep[];
}

/** An overlay that is malformed or whose path the document no longer has. */
export class PatchError extends Error {
  override name = 'PatchError';
}

const folder = 'specs/patches';

/** All overlays below `root` in the order of their file names. Throws PatchError for a malformed one. */
export async function loadPatches(root: string): Promise<SpecPatch[]> {
  const names = await readdir(join(root, folder)).catch(absentAsEmpty);
  const files = names.filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(files.map(async (name) => {
    const file = `${folder}/${name}`;
    return readPatch(file, parse(await readFile(join(root, file), 'utf8')));
  }));
}

/** Checks the shape of one overlay. Throws PatchError. */
export function readPatch(file: string, source: unknown): SpecPatch {
  // Narrowed member by member below.
  const { target, date, reason, apply } = (source ?? {}) as Record<string, unknown>;
  const targets = typeof target === 'string' ? [target] : target;
  if (!Array.isArray(targets) || targets.length === 0) throw new PatchError(`${file}: target names no API`);
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new PatchError(`${file}: date is not YYYY-MM-DD`);
  if (typeof reason !== 'string' || reason.trim() === '') throw new PatchError(`${file}: reason is missing`);
  if (!Array.isArray(apply) || apply.length === 0) throw new PatchError(`${file}: apply has no steps`);
  return { file, target: targets.map(String), date, reason: reason.trim(), apply: apply.map((step) => readStep(file, step)) };
}

function readStep(file: string, source: unknown): PatchStep {
  // Narrowed member by member below.
  const { op, path, value, from } = (source ?? {}) as Record<string, unknown>;
  if (typeof path !== 'string' || !path.startsWith('/')) throw new PatchError(`${file}: path is not a JSON pointer: ${String(path)}`);
  if (op === 'remove') return { op, path };
  if (op === 'copy' && typeof from === 'string') return { op, path, from };
  if (op !== 'add' && op !== 'replace') throw new PatchError(`${file}: ${path} has an unknown op or lacks its from: ${String(op)}`);
  if (value === undefined) throw new PatchError(`${file}: ${op} ${path} has no value`);
  // YAML of the core schema yields JSON values only.
  return { op, path, value: value as Json };
}

/** A copy of the document with one overlay applied. Throws PatchError naming overlay and path when nothing is there. */
export function applyPatch<T extends object>(document: T, patch: SpecPatch): T {
  const copy = structuredClone(document);
  // A parsed document is JSON.
  for (const step of patch.apply) applyStep(copy as unknown as Json, step, patch.file);
  return copy;
}

function applyStep(document: Json, step: PatchStep, file: string): void {
  const segments = step.path.slice(1).split('/').map(unescape);
  const last = segments.pop() ?? '';
  const holders = segments.reduce<Json[]>((found, segment) => found.flatMap((each) => membersOf(each, segment)), [document]);
  const changed = holders.filter((holder) => changeAt(holder, last, step));
  if (changed.length === 0) throw new PatchError(`${file}: ${step.op} ${step.path} matches nothing: the document has changed`);
}

function unescape(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function membersOf(holder: Json, segment: string): Json[] {
  return keysOf(holder, segment).map((key) => memberOf(holder, key));
}

function keysOf(holder: Json, segment: string): string[] {
  if (holder === null || typeof holder !== 'object') return [];
  if (!segment.includes('*')) return Object.hasOwn(holder, segment) ? [segment] : [];
  const literals = segment.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'));
  const pattern = new RegExp(`^${literals.join('[^/]*')}$`);
  return Object.keys(holder).filter((key) => pattern.test(key));
}

function memberOf(holder: Json, key: string): Json {
  // keysOf returned the key for this holder, an array index being a key too.
  return (holder as Record<string, Json>)[key] as Json;
}

/** Changes what is at `last` in one holder; false when nothing is there to change. */
function changeAt(holder: Json, last: string, step: PatchStep): boolean {
  if (step.op === 'add') return addTo(holder, last, step.value);
  if (step.op === 'copy') return keysOf(holder, step.from).length > 0 && addTo(holder, last, memberOf(holder, step.from));
  const keys = keysOf(holder, last);
  // From the end, so that removing an array element leaves the earlier indexes true.
  for (const key of keys.reverse()) changeKey(holder, key, step);
  return keys.length > 0;
}

function changeKey(holder: Json, key: string, step: Exclude<PatchStep, CopyStep>): void {
  if (step.op !== 'remove') (holder as Record<string, Json>)[key] = structuredClone(step.value);
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete (holder as Record<string, Json>)[key];
}

/** RFC 6902 `add`: a new member, or an element before the index, `-` being the end. */
function addTo(holder: Json, key: string, value: Json): boolean {
  if (holder === null || typeof holder !== 'object') return false;
  const copy = structuredClone(value);
  if (!Array.isArray(holder)) holder[key] = copy;
  else if (key === '-') holder.push(copy);
  else if (/^\d+$/.test(key) && Number(key) <= holder.length) holder.splice(Number(key), 0, copy);
  else return false;
  return true;
}

/** Single mistakes, and changes that are none, put into a legal body; the same seed makes the same ones. */
import type { Json } from './sample-body.ts';

/** Reproducible chance (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!; // not empty
  }
}

export interface Mutation {
  readonly body: Json;
  /** What was done, with the pointer where. */
  readonly what: string;
}

/** Values of every type, at the edges of the formats and bounds our documents have. */
const strangers: readonly Json[] = [
  null, true, false, 0, -1, 1, 1.5, 1e21, 9_007_199_254_740_993, '', ' ', 'x', '0', 'true', 'x'.repeat(5000), '😀', [], {}, [null], [[]], [{}], { a: 1 }, ['x'], [1, 1],
  '2026-04-11', '2026-04-11T08:30:00Z', '2026-04-11T08:30:00+08:00', '2026-04-11t08:30:00z', '2026-04-11 08:30:00Z', '2026-02-30T00:00:00Z', '2028-02-29T00:00:00Z',
  '2026-04-11T08:30:00', '2026-04-11T24:00:00Z', '2026-04-11T08:30:60Z', '2026-04-11T08:30:00.123456789Z', '2026-4-1', 'not a date',
  'https://a.example/x', 'https://a.example/a b', '/relative/1', 'a b', 'http://[', 'urn:x:y', 'ada@example.sg', 'ada', 'ada@', 'SGD', 'add', 'active', 'ORD-001', 'CUST-1', '90000042',
];

/** A copy of the body with one thing changed. */
export function mutated(body: Json, chance: Chance): Mutation {
  const places = [...placesOf(body, '')];
  const pointer = chance.one(places);
  const copy = { root: structuredClone(body) as Json };
  const way = chance.one(ways);
  const done = way(copy, pointer, chance);
  return { body: copy.root, what: `${done} at ${pointer || '/'}` };
}

type Holder = Record<string, Json>;
type Way = (copy: { root: Json }, pointer: string, chance: Chance) => string;

const ways: readonly Way[] = [replace, replace, replace, remove, addMember, repeat];

function replace(copy: { root: Json }, pointer: string, chance: Chance): string {
  const value = chance.one(strangers);
  const { holder, name } = holderOf(copy, pointer);
  holder[name] = structuredClone(value);
  return `${JSON.stringify(value).slice(0, 40)} put`;
}

function remove(copy: { root: Json }, pointer: string): string {
  const { holder, name } = holderOf(copy, pointer);
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else if (pointer !== '') delete holder[name];
  return 'removed';
}

function addMember(copy: { root: Json }, pointer: string, chance: Chance): string {
  const { holder, name } = holderOf(copy, pointer);
  const value = holder[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return replace(copy, pointer, chance);
  (value as Holder)[chance.one(['unknown', '@type', 'a/b', 'id'])] = structuredClone(chance.one(strangers));
  return 'member added';
}

function repeat(copy: { root: Json }, pointer: string, chance: Chance): string {
  const { holder, name } = holderOf(copy, pointer);
  const value = holder[name];
  if (!Array.isArray(value) || value.length === 0) return replace(copy, pointer, chance);
  (value as Json[]).push(structuredClone(value[0]!)); // not empty
  return 'element repeated';
}

function holderOf(copy: { root: Json }, pointer: string): { holder: Holder; name: string } {
  let holder = copy as unknown as Holder; // the root is a member like any other
  let name = 'root';
  for (const part of pointer.split('/').slice(1)) {
    holder = holder[name] as Holder; // the pointer was made from this body
    name = part.replaceAll('~1', '/').replaceAll('~0', '~');
  }
  return { holder, name };
}

function* placesOf(value: Json, pointer: string): Generator<string> {
  yield pointer;
  if (value === null || typeof value !== 'object') return;
  for (const [name, member] of Object.entries(value)) yield* placesOf(member as Json, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

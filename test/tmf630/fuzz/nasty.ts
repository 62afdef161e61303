/** Values that break what trusts its input: those of fast-check, and those of the field. */
import fc from 'fast-check';
import type { Random } from '../random.ts';

const ofTheField: readonly unknown[] = [
  '', ' ', 'null', '__proto__', 'constructor', '\u0000', '\ud800', '\u202e', "'; DROP TABLE x;--", '$1', '%', '\\', '"', "'", '..', '/', '~0~1', 'CUST-000', 'CUST-99999999999999999999',
  'ORD-1', '2026-02-30T00:00:00Z', '2026-04-11T09:00:00+00:00', '9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', 'x'.repeat(3000), '🙂'.repeat(50),
  0, -0, -1, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 2 ** 63, 0.1, 1e-7, null, true, false, [], {}, [null], [[]], { '': '' }, { $ref: '#' }, { id: null }, { constructor: { prototype: 1 } },
];

/** JSON values of every shape; the same seed gives the same list. */
export function nastyValues(seed: number): readonly unknown[] {
  const values = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.string({ unit: 'binary', maxLength: 60 }), fc.double({ noNaN: true }), fc.maxSafeInteger(), fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 6 }));
  return [...fc.sample(values, { seed, numRuns: 600 }), ...ofTheField, ...ofTheField, ...ofTheField, ...ofTheField];
}

type Holder = Record<string, unknown> | unknown[];

/** A copy of a body in which a few places are other than its schema says. */
export function spoilt(body: unknown, random: Random, nasty: readonly unknown[]): unknown {
  const box = { body: structuredClone(body) };
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const [holder, name] = placeIn(box, random);
    const roll = random.next();
    // A copy: what is spoilt next may lie inside it.
    const value = structuredClone(random.pick(nasty));
    if (roll < 0.5) assign(holder, name, value);
    else if (roll < 0.7) remove(holder, name);
    else if (roll < 0.85) assign(holder, typeof name === 'number' ? name : JSON.stringify(random.pick(nasty)).slice(0, 50), value);
    else if (roll < 0.95) assign(holder, name, Array.from({ length: random.below(5) }, () => valueAt(holder, name)));
    else assign(holder, name, nested(1 + random.below(120)));
  }
  return box.body;
}

function placeIn(box: { body: unknown }, random: Random): [Holder, string | number] {
  let holder: Holder = box;
  let name: string | number = 'body';
  while (random.chance(0.8)) {
    const value = valueAt(holder, name);
    if (typeof value !== 'object' || value === null) break;
    const names: (string | number)[] = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
    if (names.length === 0) break;
    holder = value as Holder; // an object or a list, by the test above
    name = random.pick(names);
  }
  return [holder, name];
}

const valueAt = (holder: Holder, name: string | number): unknown => (holder as Record<string | number, unknown>)[name]; // a list by its index

const assign = (holder: Holder, name: string | number, value: unknown): void => void Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });

function remove(holder: Holder, name: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else if (name !== 'body') delete holder[name];
}

const nested = (levels: number): unknown => Array.from({ length: levels }).reduce((inner: unknown) => ({ a: [inner] }), 'deep');

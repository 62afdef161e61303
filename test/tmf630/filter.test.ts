/**
 * Filters of every list (TMF.md §2, TMF630 §4.4), held against a second opinion: what each row shows
 * decides whether a filter on it should find it.
 */
import test from 'ava';
import { leaves, type Kind } from './leaf.ts';
import { listed, type Listed } from './listed.ts';
import { afterLastStory } from './shared-stack.ts';
import { fillShelf, get, list, type Row, type Shelf } from './shelf.ts';

const end = afterLastStory();
let shelf: Shelf;

test.serial('every resource of the eleven APIs has rows', async (t) => {
  shelf = await fillShelf(t, end);
  t.pass();
});

/** Values of one attribute over all rows. */
interface Attribute {
  readonly path: string;
  readonly kind: Kind;
  readonly byRow: ReadonlyMap<unknown, readonly unknown[]>;
  readonly values: readonly unknown[];
}

/** The address of another resource inside a row is made when it is shown, so that equality alone finds it. */
const isMade = ({ path, values }: Attribute): boolean => path.endsWith('.href') && values.some((value) => String(value).startsWith('http://localhost'));

function attributesOf(each: Listed, rows: readonly Row[]): Attribute[] {
  const found = new Map<string, { kind: Kind; byRow: Map<unknown, unknown[]> }>();
  for (const row of rows) {
    for (const { path, kind, value } of leaves(each, row)) {
      const entry = found.get(path) ?? { kind, byRow: new Map<unknown, unknown[]>() };
      entry.byRow.set(row['id'], [...(entry.byRow.get(row['id']) ?? []), value]);
      found.set(path, entry);
    }
  }
  return [...found].map(([path, { kind, byRow }]) => ({ path, kind, byRow, values: [...new Set([...byRow.values()].flat())] }));
}

/** A filter as a query, and the attribute values that pass it. */
interface Case {
  readonly query: string;
  readonly passes: (value: unknown) => boolean;
  /** Rows of which no value passes, instead of those of which one does. */
  readonly none?: boolean;
}

const code = encodeURIComponent;
const quoted = (value: unknown): string => code(`"${String(value)}"`);
/** A number or an instant as something to compare; a text stays what it is. */
const ordered = (kind: Kind, value: unknown): number | string => (kind === 'any' ? String(value) : kind === 'time' || kind === 'date' ? Date.parse(String(value)) : typeof value === 'number' ? value : String(value));

function equality({ path, kind, values }: Attribute): Case[] {
  const plain = values.filter((value) => !/[",;]/.test(String(value)));
  const [a, b] = plain;
  const same = (x: unknown, y: unknown): boolean => ordered(kind, x) === ordered(kind, y);
  if (a === undefined) return [];
  const name = code(path);
  const or = b === undefined ? [] : [`${name}=${code(`${String(a)},${String(b)}`)}`, `${name}=${code(String(a))};${code(String(b))}`, `${name}=${code(String(a))};${name}=${code(String(b))}`, `${name}=${code(String(a))}&${name}=${code(String(b))}`]
    .map((query): Case => ({ query, passes: (value) => same(value, a) || same(value, b) }));
  return [
    { query: `${name}=${code(String(a))}`, passes: (value) => same(value, a) },
    { query: `${name}=${quoted(a)}`, passes: (value) => same(value, a) },
    { query: `${name}.eq=${code(String(a))}`, passes: (value) => same(value, a) },
    { query: `${name}.ne=${code(String(a))}`, passes: (value) => same(value, a), none: true },
    { query: `${code(`${path}!=${String(a)}`)}`, passes: (value) => same(value, a), none: true },
    ...or,
    ...(kind === 'text' || (kind === 'any' && values.every((value) => typeof value === 'string')) ? textual(path, values) : []),
  ];
}

/** Every character of a text stands for itself, also those with which a filter is built. */
function textual(path: string, values: readonly unknown[]): Case[] {
  const special = values.filter((value) => /[",;]/.test(String(value)) && !/^"|;.*"|".*;/.test(String(value))).slice(0, 2);
  return [
    ...special.map((odd): Case => ({ query: `${code(path)}=${code(String(odd))}`, passes: (value) => value === odd })),
    ...values.slice(0, 1).map((a): Case => {
      const pattern = `^${String(a).slice(0, 40).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
      return { query: `${code(path)}.regex=${code(pattern)}`, passes: (value) => new RegExp(pattern, 'u').test(String(value)) };
    }),
  ].filter(({ query }) => query.length < 900);
}

function order({ path, kind, values }: Attribute): Case[] {
  if (kind === 'boolean' || kind === 'any') return [];
  const plain = values.filter((value) => !/[",;]/.test(String(value))).toSorted((x, y) => (ordered(kind, x) < ordered(kind, y) ? -1 : 1));
  const middle = plain[Math.floor(plain.length / 2)];
  if (middle === undefined) return [];
  const pivot = ordered(kind, middle);
  const against = (test: (value: number | string) => boolean) => (value: unknown): boolean => test(ordered(kind, value));
  const name = code(path);
  const text = code(String(middle));
  return [
    { query: `${name}.gt=${text}`, passes: against((value) => value > pivot) },
    { query: `${name}.gte=${text}`, passes: against((value) => value >= pivot) },
    { query: `${name}.lt=${text}`, passes: against((value) => value < pivot) },
    { query: `${name}.lte=${text}`, passes: against((value) => value <= pivot) },
    { query: `${name}%3E${text}`, passes: against((value) => value > pivot) },
    { query: `${name}%3E=${text}`, passes: against((value) => value >= pivot) },
    { query: `${name}%3C%3D${text}`, passes: against((value) => value <= pivot) },
  ];
}

/** A prefix of an instant stands for the period it names. */
function period({ path, kind, values }: Attribute): Case[] {
  const [first] = values;
  if ((kind !== 'time' && kind !== 'date') || first === undefined) return [];
  const iso = new Date(String(first)).toISOString();
  return [4, 7, 10].map((length): Case => ({ query: `${code(path)}=${iso.slice(0, length)}`, passes: (value) => new Date(String(value)).toISOString().startsWith(iso.slice(0, length)) }));
}

async function judge(each: Listed, rows: readonly Row[], attribute: Attribute, { query, passes, none = false }: Case): Promise<string | null> {
  const expected = rows.map(({ id }) => id).filter((id) => (attribute.byRow.get(id) ?? []).some(passes) !== none);
  const reply = await get(shelf, each, `?limit=1000&fields=id&${query}`);
  if (reply.status !== 200) return `${query}: ${reply.status} ${reply.text.slice(0, 300)}`;
  const found = (JSON.parse(reply.text) as Row[]).map(({ id }) => id);
  if (Number(reply.headers['x-total-count']) !== found.length) return `${query}: ${found.length} rows, total ${String(reply.headers['x-total-count'])}`;
  const missing = expected.filter((id) => !found.includes(id));
  const foreign = found.filter((id) => !expected.includes(id));
  return missing.length + foreign.length === 0 ? null : `${query}: misses ${missing.join(' ')}, shows ${foreign.join(' ')}`;
}

/** Of the deeper attributes: enough to meet each kind at each depth, few enough to stay quick. */
const nestedMax = 24;

function chosenOf(found: readonly Attribute[]): Attribute[] {
  const all = found.filter((one) => !isMade(one));
  const nested = all.filter(({ path }) => path.includes('.'));
  const step = Math.max(1, Math.ceil(nested.length / nestedMax));
  return [...all.filter(({ path }) => !path.includes('.')), ...nested.filter((_, i) => i % step === 0)];
}

for (const each of listed) {
  test.serial(`${each.key}: a filter finds the rows that show what it asks for`, async (t) => {
    const { rows } = await list(t, shelf, each, 'limit=1000');
    const wrong: string[] = [];
    let judged = 0;
    for (const [i, attribute] of chosenOf(attributesOf(each, rows)).entries()) {
      const cases = [...equality(attribute), ...order(attribute), ...period(attribute)];
      // First-level attributes meet every form; of the deeper ones each meets some.
      const chosen = attribute.path.includes('.') ? cases.filter((_, n) => n === 0 || n % 4 === i % 4) : cases;
      const found = await Promise.all(chosen.map((one) => judge(each, rows, attribute, one)));
      judged += found.length;
      wrong.push(...found.filter((one) => one !== null));
    }
    t.deepEqual(wrong, []);
    t.true(judged > 20, `${judged}`);
  });

  test.serial(`${each.key}: conditions hold together, and nonsense is refused by name`, async (t) => {
    const { rows } = await list(t, shelf, each, 'limit=1000');
    const [row] = rows;
    const both = await list(t, shelf, each, `id=${code(String(row?.['id']))}&href=${code(String(row?.['href']))}`);
    t.deepEqual(both.rows, [row]);
    t.is((await list(t, shelf, each, `id=${code(String(row?.['id']))}&id.ne=${code(String(row?.['id']))}`)).total, 0);
    t.is((await list(t, shelf, each, `href=${code(`https://elsewhere.example${new URL(String(row?.['href'])).pathname}`)}`)).total, 1, 'whatever host it was read from');
    // A bill's document is no resource of its own; the bill itself is found by its id.
    for (const made of attributesOf(each, rows).filter((one) => isMade(one) && one.path !== 'billDocument.href')) {
      for (const query of equality(made).slice(0, 4)) t.is(await judge(each, rows, made, query), null, made.path);
    }
    const page = await list(t, shelf, each, `id.ne=nothing&limit=2`);
    t.deepEqual([page.status, page.count, page.total], [206, 2, rows.length]);
    for (const name of ['nonsense', 'nonsense.gt', 'id.nonsense', 'relatedParty.nonsense', '__proto__', 'toString']) {
      const reply = await get(shelf, each, `?${name}=1`);
      t.is(reply.status, 400, name);
      t.true(reply.text.includes(name.replace('.gt', '')), reply.text);
    }
    const time = attributesOf(each, rows).find(({ kind }) => kind === 'time');
    if (time) t.is((await get(shelf, each, `?${code(time.path)}=yesterday`)).status, 400, time.path);
    const number = attributesOf(each, rows).find(({ kind }) => kind === 'number');
    if (number) t.is((await get(shelf, each, `?${code(number.path)}.gt=many`)).status, 400, number.path);
  });
}

import { BadRequest, type Problem } from './errors.ts';
import { pointerToken } from './pointer.ts';
import { errorsMax } from './validator.ts';

/** Whether PostgreSQL can hold a text: neither U+0000 nor half of a surrogate pair. */
export const storable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** JSON in UTF-8 can bring such characters only escaped, so that most bodies need no walk. */
const escaped = /\\u(?:0000|d[89a-f])/i;

/** A value and the way to it; a pointer is written only for those that fail. */
interface Place {
  readonly value: unknown;
  readonly name: string;
  readonly parent: Place | null;
}

/** A number this long, or with an exponent, may be more than we can hold; so may a text, which the second look tells. */
const long = /\d{16}|\d[eE]/;

/** Stands where a number would change on its way to the database and back: an ICCID, say, that is no text. */
class Inexact {}

const isExact = (value: number, source: string): boolean =>
  Number.isFinite(value) && (Number.isSafeInteger(value) || !/^-?\d+$/.test(source) || String(value) === source);

/** The value again, with a mark for every number that is not what was sent. */
const marked = (text: string): unknown =>
  JSON.parse(text, ((_name: string, value: unknown, { source }: { readonly source?: string }) => // the third argument is too new for the types
    (typeof value === 'number' && source !== undefined && !isExact(value, source) ? new Inexact() : value)) as (name: string, value: unknown) => unknown);

/**
 * @param text the body as sent
 * @param value what it parses to
 * @throws {BadRequest} naming the texts, names and numbers in it that cannot be stored
 */
export function requireStorable(text: string, value: unknown): void {
  const numbers = long.test(text);
  if (!numbers && !escaped.test(text)) return;
  const problems: Problem[] = [];
  const open: Place[] = [{ value: numbers ? marked(text) : value, name: '', parent: null }];
  for (let place = open.pop(); place && problems.length < errorsMax; place = open.pop()) {
    if (!storable(place.name) || (typeof place.value === 'string' && !storable(place.value))) problems.push({ pointer: pointerTo(place), message });
    else if (place.value instanceof Inexact) problems.push({ pointer: pointerTo(place), message: 'is a number with more digits than are kept; send it as text' });
    else if (typeof place.value === 'object' && place.value !== null) {
      for (const [name, member] of Object.entries(place.value)) open.push({ value: member, name, parent: place });
    }
  }
  if (problems.length > 0) throw new BadRequest('The body cannot be stored', problems);
}

const levelsMax = 64;

const message = 'has characters that cannot be stored (U+0000 or half of a surrogate pair)';

/** The outermost levels of the way: an answer stays short, however deep a body is nested. */
function pointerTo(place: Place): string {
  const names: string[] = [];
  for (let at: Place | null = place; at?.parent; at = at.parent) names.push(at.name.toWellFormed().replaceAll('\u0000', '\ufffd'));
  return names.reverse().slice(0, levelsMax).map((name) => `/${pointerToken(name)}`).join('');
}

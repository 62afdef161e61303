import { BadRequest, type Problem } from './errors.ts';
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

/**
 * @param text the body as sent
 * @param value what it parses to
 * @throws {BadRequest} naming the texts and names in it that cannot be stored
 */
export function requireStorable(text: string, value: unknown): void {
  if (!escaped.test(text)) return;
  const problems: Problem[] = [];
  const open: Place[] = [{ value, name: '', parent: null }];
  for (let place = open.pop(); place && problems.length < errorsMax; place = open.pop()) {
    if (!storable(place.name) || (typeof place.value === 'string' && !storable(place.value))) problems.push({ pointer: pointerTo(place), message });
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
  return names.reverse().slice(0, levelsMax).map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

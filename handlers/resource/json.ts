/** JSON values as the layer handles them: no Date, no undefined, nothing shared with a caller. */
export type JsonObject = { [member: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);

/** The objects of a list; none where there is no list. */
export const listOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The id of a reference to another resource; null where it holds none. */
export const referredId = (reference: unknown): string | null =>
  (isObject(reference) && typeof reference['id'] === 'string' ? reference['id'] : null);

/** Sets a member also where its name is `__proto__`, which assignment would take for the prototype. */
export function put(object: JsonObject, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  else object[name] = value;
}

/** Equal as JSON values: member order does not count (RFC 6902 §4.6). */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && jsonEqual(a[name], b[name]));
}

/** What two runs have in common: which members there are and of what kind. */
export type Shape = string | readonly Shape[] | { readonly [member: string]: Shape };

/** Kinds instead of values; of a list the kinds that occur in it, each once. */
export function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return distinct(value.map(shapeOf));
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, shapeOf(member)]));
}

const distinct = (shapes: readonly Shape[]): Shape[] =>
  [...new Map(shapes.map((shape) => [JSON.stringify(shape), shape])).entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, shape]) => shape);

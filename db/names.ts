/** The one place that maps database snake_case to our camelCase and back. */
const camelCache = new Map<string, string>();
const snakeCache = new Map<string, string>();

export function camel(column: string): string {
  let name = camelCache.get(column);
  if (name === undefined) camelCache.set(column, (name = column.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase())));
  return name;
}

export function snake(property: string): string {
  let name = snakeCache.get(property);
  if (name === undefined) snakeCache.set(property, (name = property.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)));
  return name;
}

/** A row as the code sees it. */
export function camelRow<R>(row: Record<string, unknown>): R {
  const out: Record<string, unknown> = {};
  for (const column in row) out[camel(column)] = row[column];
  return out as R; // the caller states the shape of its own query
}

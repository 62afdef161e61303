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

/** What `rowMode: 'array'` makes of an answer. */
interface Rows {
  readonly fields: readonly { readonly name: string }[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Rows as the code sees them. A long list is mostly this, so that each value is set once, under its last name. */
export function camelRows<R>({ fields, rows }: Rows): R[] {
  const names = fields.map(({ name }) => camel(name));
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i += 1) row[names[i]!] = values[i];
    return row as R; // the caller states the shape of its own query
  });
}

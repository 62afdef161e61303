import { sha256 } from '#runtime/ids';

/** Texts a process prepares; far more than are written in it. */
const textsMax = 2000;

const names = new Map<string, string>();

/** A query as node-postgres takes it. */
export interface Query {
  readonly text: string;
  readonly values: unknown[];
  /** What `camelRows` takes. */
  readonly rowMode: 'array';
  readonly name?: string;
}

/** A text that a client had a hand in is planned for itself. */
export const query = (text: string, values: unknown[]): Query => ({ text, values, rowMode: 'array' });

/**
 * Has the server parse and plan a statement once per connection: three quarters of the processor
 * time of an order went there (`bench/results/order-to-active.json`). For texts that stand in the
 * code; one that a client composes, with filters of its own, must not be kept.
 */
export function prepared(text: string, values: unknown[]): Query {
  const known = names.get(text);
  if (known) return { ...query(text, values), name: known };
  if (names.size >= textsMax) return query(text, values);
  const name = `bss_${sha256(text).slice(0, 20)}`;
  names.set(text, name);
  return { ...query(text, values), name };
}

import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto';

/** Prefixes of the sequence ids (DOMAIN §9); each has one database sequence and is never reused. */
export const idPrefixes = [
  'CUST', 'PTY', 'CM', 'INT', 'CATL', 'CTGY', 'JOB', 'CASE', 'NOTE', 'TKT', 'AGT', 'PM', 'PAY', 'RFND', 'BA', 'BILL',
  'RATE', 'OD', 'ORD', 'CXO', 'SO', 'CXS', 'SVC', 'PTK', 'FLT', 'SUB', 'BKT', 'VASP', 'REN', 'MIG', 'USG', 'BATCH',
  'HUB', 'PORT', 'OO', 'PO', 'POP', 'PSPEC', 'USPEC',
] as const;

export type IdPrefix = (typeof idPrefixes)[number];

/** `formatId('ORD', 14)` is `ORD-014`. */
export const formatId = (prefix: IdPrefix, number: number | bigint | string): string =>
  `${prefix}-${String(number).padStart(3, '0')}`;

/** Time-ordered UUID version 7 (RFC 9562 §5.7) for event and request ids. */
export function uuidv7(atMs: number = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(atMs, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Random lower-case hex of `bytes` bytes: 16 for a W3C trace id, 8 for a span id. */
export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Whole number in [0, below), not predictable. */
export const randomBelow = (below: number): number => randomInt(below);

export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

export const hmacSha256 = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex');

/**
 * A number in [0, 1) that depends on the seed only: fault draws repeat for the same task id
 * (DOMAIN §3), whatever process makes them.
 */
export const seededFraction = (seed: string): number => parseInt(sha256(seed).slice(0, 12), 16) / 2 ** 48;

/** Quantities are integers in base units: bytes, seconds, messages (DOMAIN §1 "Values"). */
export const allowances = ['data', 'voice', 'sms', 'data_roaming'] as const;
export type Allowance = (typeof allowances)[number];

export type BaseUnit = 'byte' | 'second' | 'message';

export const baseUnitOf: Readonly<Record<Allowance, BaseUnit>> = {
  data: 'byte', data_roaming: 'byte', voice: 'second', sms: 'message',
};

const perUnit: Readonly<Record<string, readonly [BaseUnit, number]>> = {
  byte: ['byte', 1], b: ['byte', 1], kb: ['byte', 1024], mb: ['byte', 1_048_576], gb: ['byte', 1_073_741_824],
  second: ['second', 1], s: ['second', 1], sec: ['second', 1], min: ['second', 60], minute: ['second', 60], h: ['second', 3600],
  message: ['message', 1], msg: ['message', 1], sms: ['message', 1],
};

/** Converts `quantity unit` to base units; null when the unit is unknown or the result is not whole. */
export function toBase(quantity: number, unit: string): { quantity: number; unit: BaseUnit } | null {
  const entry = perUnit[unit.toLowerCase()];
  if (!entry) return null;
  const base = quantity * entry[1];
  return Number.isSafeInteger(base) ? { quantity: base, unit: entry[0] } : null;
}

/** Shows base units as people read them: `4.0 GB`, `12 MB`, `100 min`, `7`. */
export function formatQuantity(quantity: number, unit: BaseUnit): string {
  if (unit === 'second') return `${trim(quantity / 60)} min`;
  if (unit === 'message') return String(quantity);
  if (Math.abs(quantity) >= 1_073_741_824) return `${trim(quantity / 1_073_741_824)} GB`;
  if (Math.abs(quantity) >= 1_048_576) return `${trim(quantity / 1_048_576)} MB`;
  return `${quantity} B`;
}

const trim = (value: number): string => String(Math.round(value * 10) / 10);

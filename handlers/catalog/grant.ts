import { allowances, baseUnitOf, toBase, type Allowance, type BaseUnit } from '#runtime/quantity';
import { listOf } from '../resource/json.ts';
import type { Document } from '../resource/resource.ts';

/** What an offering grants of one allowance; as `catalog.offering.allowances` holds it. */
export interface Grant {
  readonly allowance: Allowance;
  readonly unit: BaseUnit;
  /** In base units; null when unlimited. */
  readonly total: number | null;
  readonly unlimited: boolean;
}

/** Reads `prodSpecCharValueUse` (DOMAIN §9 "TMF carriers"); a value that is no quantity grants nothing. */
export function grantsOf(attributes: Document): Grant[] {
  const uses = listOf(attributes['prodSpecCharValueUse']);
  return allowances.flatMap((allowance) => {
    const use = uses.find(({ name }) => name === allowance);
    const grant = use && grantOf(allowance, use);
    return grant ? [grant] : [];
  });
}

function grantOf(allowance: Allowance, use: Document): Grant | null {
  const values = listOf(use['productSpecCharacteristicValue']);
  const chosen = values.find(({ isDefault }) => isDefault === true) ?? values[0];
  if (!chosen) return null;
  const unit = baseUnitOf[allowance];
  if (chosen['value'] === 'unlimited') return { allowance, unit, total: null, unlimited: true };
  const base = toBase(Number(chosen['value'] ?? NaN), String(chosen['unitOfMeasure'] ?? unit));
  return base?.unit === unit && base.quantity > 0 ? { allowance, unit, total: base.quantity, unlimited: false } : null;
}

/** Allowances whose exhaustion blocks the line: as the offering says, else data for a plan. */
export function blockingOf(attributes: Document, kind: string | null): string[] {
  const use = listOf(attributes['prodSpecCharValueUse']).find(({ name }) => name === 'blockingAllowances');
  if (use) return [...new Set(listOf(use['productSpecCharacteristicValue']).map(({ value }) => String(value)))];
  return kind === 'PLAN' ? ['data'] : [];
}

const hoursOf: Readonly<Record<string, number>> = { hour: 1, hours: 1, day: 24, days: 24, week: 168, weeks: 168 };

/** How long a top-up lasts, from its `productOfferingTerm`; null: to the end of the period. */
export function durationHoursOf(attributes: Document): number | null {
  for (const term of listOf(attributes['productOfferingTerm'])) {
    const { amount, units } = (term['duration'] ?? {}) as { amount?: number; units?: string }; // Duration, by its schema
    const hours = Number(amount ?? NaN) * (hoursOf[String(units).toLowerCase()] ?? NaN);
    if (Number.isSafeInteger(hours) && hours > 0) return hours;
  }
  return null;
}

import type { components } from '#generated/types/rating';
import { unknownReference } from '#policy/reference';
import { enforce } from '#policy/rule';
import { allowanceOf, ratingRules } from '#policy/rating';
import { quantityRules, reported, unitOfKind } from '#policy/usage';
import { isoTime } from '#runtime/clock';
import type { Service } from '../service.ts';
import type { Tariffs } from './tariff.ts';

type Trial = components['schemas']['RateTestRequest'];

/**
 * How a use of a plan would be rated; nothing is kept.
 * @throws {PolicyViolation} usage.record.quantity_invalid, usage.record.unit_mismatch, usage.rate.no_allowance, reference.id.unknown
 * @throws {Unavailable} the catalog cannot be reached
 */
export async function tryRating(service: Service, tariffs: Tariffs, trial: Trial): Promise<components['schemas']['RateTest']> {
  const { offeringId, eventType, roaming = false } = trial;
  const at = trial.at === undefined ? service.clock.now() : new Date(trial.at);
  const use = reported(trial.quantity, trial.unit ?? unitOfKind[eventType]);
  enforce(quantityRules, { eventType, reported: use });
  const tariff = await tariffs.ask(offeringId, at);
  if (!tariff) throw unknownReference('offering', offeringId, 'catalog.list_offerings');
  const allowance = allowanceOf(eventType, roaming);
  enforce(ratingRules, { offeringId, eventType, roaming, eventTime: at, granted: tariff.allowances.map((grant) => grant.allowance), held: [] });
  return {
    id: offeringId, href: service.hrefOf('catalog', `/bss-api/catalog/v1/offering/${offeringId}/tariff`), '@type': 'RateTest', offeringId, eventType, roaming,
    allowance, unit: unitOfKind[eventType], quantity: use.baseQuantity!, // whole, by the rules above
    blocking: tariff.blockingAllowances.includes(allowance), unlimited: tariff.allowances.some((grant) => grant.allowance === allowance && grant.unlimited),
    at: isoTime(at),
  };
}

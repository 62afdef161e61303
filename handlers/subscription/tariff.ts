import type { components } from '#generated/types/catalog';
import { unknownReference } from '#policy/reference';
import { ok } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import { RemoteError, type FixTool } from '#runtime/errors';
import { fromWireMoney, type Money, type WireMoney } from '#runtime/money';
import type { Service } from '../service.ts';
import type { Grant } from './line.ts';

export type Tariff = components['schemas']['Tariff'];

/**
 * What an offering costs and grants at a moment; asked outside any transaction.
 * @throws {PolicyViolation} reference.id.unknown
 * @throws {Unavailable} the catalog cannot be reached
 */
export async function fetchTariff(service: Service, offeringId: string, at: Date, tool: FixTool): Promise<Tariff> {
  try {
    return await ok(service.clients.catalog.GET('/offering/{id}/tariff', { params: { path: { id: offeringId }, query: { at: isoTime(at) } } }));
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404) throw unknownReference('offering', offeringId, tool);
    throw error;
  }
}

/** The grants as a line or purchase keeps them. */
export const grantsOf = (tariff: Tariff): Grant[] =>
  tariff.allowances.map(({ allowance, total, unlimited }) => ({ allowance, total: unlimited ? null : total, unlimited }));

/** @throws {Error} an amount that is not whole in minor units: schemas and catalog rule it out */
export function amountOf(service: Service, wire: WireMoney): Money {
  const amount = fromWireMoney(wire, service.config.currency);
  if (!amount) throw new Error(`${wire.unit} ${wire.value} is not whole in minor units`);
  return amount;
}

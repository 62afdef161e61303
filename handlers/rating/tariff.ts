import type { components } from '#generated/types/catalog';
import { ok } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import { RemoteError } from '#runtime/errors';
import type { Service } from '../service.ts';

/** What of a tariff rating goes by. */
export type Tariff = Pick<components['schemas']['Tariff'], 'allowances' | 'blockingAllowances'>;

/** An offering whose price has ended, or that has left its category, is sold to nobody; lines that have it draw from what they hold. */
const offSale: Tariff = { allowances: [], blockingAllowances: [] };

/** How long an answer of the catalog is taken for the present one, in milliseconds of machine time. */
const freshMsMax = 5_000;
/** Answers kept at a time. */
const keptMax = 1_000;

interface Kept {
  /** Null: the catalog knows no such offering. */
  readonly tariff: Tariff | null;
  readonly untilMs: number;
}

/**
 * What plans grant, asked of the catalog once per offering and minute of use and kept for a few
 * seconds: a stream of use asks as seldom as it can, and a corrected tariff counts at once all the same.
 */
export class Tariffs {
  readonly #service: Service;
  readonly #kept = new Map<string, Kept>();

  constructor(service: Service) {
    this.#service = service;
  }

  /** The tariff if it was asked for just now; null = no such offering, undefined = ask. */
  kept(offeringId: string, at: Date): Tariff | null | undefined {
    const found = this.#kept.get(keyOf(offeringId, at));
    return found && found.untilMs > this.#service.clock.tick() ? found.tariff : undefined;
  }

  /**
   * Asks the catalog; outside any transaction.
   * @throws {Unavailable | RemoteError} the catalog does not answer now
   */
  async ask(offeringId: string, at: Date): Promise<Tariff | null> {
    const known = this.kept(offeringId, at);
    if (known !== undefined) return known;
    const tariff = await fetchTariff(this.#service, offeringId, at);
    this.#keep(keyOf(offeringId, at), { tariff, untilMs: this.#service.clock.tick() + freshMsMax });
    return tariff;
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptMax && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** Prices begin and end on minutes at the finest. */
const keyOf = (offeringId: string, at: Date): string => `${offeringId} ${isoTime(at).slice(0, 16)}`;

async function fetchTariff(service: Service, offeringId: string, at: Date): Promise<Tariff | null> {
  try {
    return await ok(service.clients.catalog.GET('/offering/{id}/tariff', { params: { path: { id: offeringId }, query: { at: isoTime(at) } } }));
  } catch (error) {
    // Any other trouble passes.
    if (!(error instanceof RemoteError)) throw error;
    if (error.rule === 'catalog.price.none_in_force') return offSale;
    if (error.status === 404) return null;
    throw error;
  }
}

import type { CatalogHandlers } from '#generated/stubs/catalog';
import type { components } from '#generated/types/catalog';
import { listed } from '../list.ts';
import { pageOf } from '../resource/page.ts';
import { hrefOf } from '../resource/project.ts';
import type { Service } from '../service.ts';
import { offerings, type OfferingRow } from './offering.ts';
import { instantOf, priceOf } from './tariff.ts';

/** A top-up on sale with its price. */
interface VasRow extends OfferingRow {
  readonly priceId: string;
  readonly priceName: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly total: number;
}

const onSale = `SELECT o.*, p.id AS price_id, p.name AS price_name, p.amount_minor, p.currency, count(*) OVER () AS total
  FROM catalog.offering o JOIN catalog.price p ON p.offering_id = o.id AND p.price_type = 'oneTime' AND p.lifecycle_status = 'Launched'
    AND p.amount_minor IS NOT NULL AND p.validity @> $1::timestamptz
  WHERE o.kind = 'VAS' AND o.lifecycle_status = 'Launched' AND o.document->'isSellable' IS DISTINCT FROM 'false' AND tstzrange(o.valid_from, o.valid_to, '[)') @> $1::timestamptz
  ORDER BY p.amount_minor, o.id LIMIT $2 OFFSET $3`;

/** Top-ups a customer can buy at an instant, cheapest first. */
export function vasRoutes(service: Service): Pick<CatalogHandlers, 'catalog.listVasOffering'> {
  return {
    async 'catalog.listVasOffering'({ query }) {
      const page = pageOf(query, service.config);
      const at = instantOf(service, query.at);
      const rows = await service.db.read<VasRow>(onSale, [at, page.limit, page.offset]);
      const total = rows[0]?.total ?? await totalOf(service, at);
      return listed(query, page, service.href('/bss-api/catalog/v1/vasOffering'), rows.map((row) => show(service, row)), total);
    },
  };
}

/** A page behind the last row tells nothing of the number of rows. */
async function totalOf({ db }: Service, at: Date): Promise<number> {
  const [first] = await db.read<VasRow>(onSale, [at, 1, 0]);
  return first?.total ?? 0;
}

function show(service: Service, row: VasRow): components['schemas']['VasOffering'] {
  const { description } = row.document;
  return {
    id: row.id, href: hrefOf(service, offerings, row.id), '@type': 'VasOffering', name: row.name,
    ...(typeof description === 'string' ? { description: description.slice(0, 2000) } : {}), lifecycleStatus: 'Launched',
    price: priceOf({ id: row.priceId, name: row.priceName, amountMinor: row.amountMinor, currency: row.currency }),
    allowances: [...row.allowances], durationHours: row.durationHours,
  };
}

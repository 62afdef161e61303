import { ok, where } from '#runtime/client';
import { isoTime } from '#runtime/clock';
import { momentOf } from '../moment.ts';
import { pageOf, printRows, type Paging } from '../page.ts';
import type { CatalogView } from '../renderers/catalog.ts';
import { absentAsNull, type Session } from '../session.ts';

/** More plans or top-ups than any operator of this size sells. */
const offeringsMax = 200;

export interface PlansAsked {
  /** Only what is on sale at that moment. */
  readonly active: boolean;
  readonly at: string | undefined;
  readonly paging: Paging;
}

/** The plans with their price and grants at a moment, cheapest first. @returns the exit code */
export async function showPlans(session: Session, { active, at, paging }: PlansAsked): Promise<number> {
  const { clients, output } = session;
  const moment = at === undefined ? isoTime(await session.businessTime()) : momentOf(at);
  const filters = where({ 'category.name': 'PLAN', lifecycleStatus: active ? 'Launched' : undefined });
  const offerings = await ok(clients.TMF620.GET('/productOffering', { params: { query: { limit: offeringsMax, ...filters } } }));
  const tariffs = await Promise.all(offerings.map(({ id = '' }) =>
    absentAsNull(ok(clients.catalog.GET('/offering/{id}/tariff', { params: { path: { id }, query: { at: moment } } })))));
  const shown = tariffs.filter((tariff) => tariff !== null).filter(({ sellable }) => !active || sellable);
  const plans = pageOf(shown.toSorted((a, b) => a.price.amount.value - b.price.amount.value), paging);
  if (output.scripted || output.options.fields.length > 0) await printRows(session, plans, { title: 'Plans', type: 'Tariff' });
  else await output.show({ '@type': 'CatalogView', id: 'catalog', kind: 'plan', at: moment, offerings: plans } satisfies CatalogView & { id: string });
  return 0;
}

/** The top-ups on sale at a moment. @returns the exit code */
export async function showTopUps(session: Session, at: string | undefined, paging: Paging): Promise<number> {
  const { clients, output } = session;
  const moment = at === undefined ? isoTime(await session.businessTime()) : momentOf(at);
  const offerings = pageOf(await ok(clients.catalog.GET('/vasOffering', { params: { query: { at: moment, limit: offeringsMax } } })), paging);
  if (output.scripted || output.options.fields.length > 0) await printRows(session, offerings, { title: 'Top-ups', type: 'VasOffering' });
  else await output.show({ '@type': 'CatalogView', id: 'catalog', kind: 'top-up', at: moment, offerings } satisfies CatalogView & { id: string });
  return 0;
}

import { json, type RowValues, type Tx } from '#db/database';
import { record } from '#events/record';
import type { CatalogHandlers } from '#generated/stubs/catalog';
import {
  changeOffering, createOffering, deleteEntry, launchRules, offeringMachine, type OfferingFacts, type OfferingState,
} from '#policy/catalog';
import { enforce } from '#policy/rule';
import { payloadOf } from '../resource/announce.ts';
import { accept, split } from '../resource/document.ts';
import { listOf } from '../resource/json.ts';
import { patched, type Patched } from '../resource/patch.ts';
import { hrefOf } from '../resource/project.ts';
import type { Document, ResourceDefinition } from '../resource/resource.ts';
import { changed, created, newId, resourceRoutes, rowToWrite } from '../resource/routes.ts';
import { findResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { recordMove } from '../transition.ts';
import { entry, referencesTo, type EntryRow } from './entry.ts';
import { blockingOf, durationHoursOf, grantsOf, type Grant } from './grant.ts';
import { applyLinks, planLinks } from './price-link.ts';
import { priceTypeOf, windowOf } from './price.ts';
import { checkReferences } from './reference.ts';
import { insertOffering, moveOffering, updateEntry } from './store.ts';

export interface OfferingRow extends EntryRow {
  readonly lifecycleStatus: OfferingState;
  readonly kind: 'PLAN' | 'VAS' | null;
  readonly specificationId: string | null;
  readonly allowances: readonly Grant[];
  readonly blockingAllowances: readonly string[];
  /** How long a top-up lasts, in hours; null: to the end of the period. */
  readonly durationHours: number | null;
  readonly validFrom: Date | null;
  readonly validTo: Date | null;
  /** Its own prices, oldest first. */
  readonly prices: readonly { readonly id: string; readonly name: string }[];
}

const ownPrices = `(SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) ORDER BY p.valid_from NULLS FIRST, p.id), '[]')
  FROM catalog.price p WHERE p.offering_id = r.id)`;
/** What `pricesOf` shows; the address of a price finds no more than its id. */
const shownPrices = `(SELECT jsonb_agg(reference) FROM (
  SELECT jsonb_build_object('id', p.id, 'name', p.name, '@referredType', 'ProductOfferingPrice') AS reference FROM catalog.price p WHERE p.offering_id = r.id
  UNION ALL SELECT reference FROM jsonb_path_query(r.document, '$.productOfferingPrice[*]') reference
    WHERE NOT EXISTS (SELECT FROM catalog.price p WHERE p.offering_id = r.id AND p.id = reference->>'id')) shown)`;

/** TMF620 productOffering (DOMAIN §4 "Catalog offering"); prices that belong to it show among its `productOfferingPrice`. */
export const offerings: ResourceDefinition<OfferingRow> = {
  ...entry,
  key: 'TMF620.productOffering',
  table: 'catalog.offering',
  chosenIds: 'PO',
  select: { prices: ownPrices },
  shown: { productOfferingPrice: shownPrices },
  project: (row, service) => ({ productOfferingPrice: pricesOf(row, service) }),
  permits: {
    delete: async (tx, { id }) => deleteEntry.permit(tx, { type: 'productOffering', id, references: await referencesTo(tx, namingOffering, id) }),
  },
};

const namingOffering = `SELECT 'subscription ' || subscription_id AS reference FROM catalog.live_line WHERE offering_id = $1
  UNION ALL SELECT 'productOfferingPrice ' || id FROM catalog.price WHERE offering_id = $1
  UNION ALL SELECT 'category ' || id FROM catalog.category WHERE document @> jsonb_build_object('productOffering', jsonb_build_array(jsonb_build_object('id', $1::text)))
  UNION ALL SELECT 'productOffering ' || id FROM catalog.offering WHERE document @> jsonb_build_object('bundledProductOffering', jsonb_build_array(jsonb_build_object('id', $1::text)))`;

/** Its own prices and what else a client named there; absent where there is none. */
function pricesOf(row: OfferingRow, service: Service): Document[] | undefined {
  const own = row.prices.map(({ id, name }) => ({ id, href: hrefOf(service, { key: 'TMF620.productOfferingPrice' }, id), name, '@referredType': 'ProductOfferingPrice' }));
  const all = [...own, ...listOf(row.document['productOfferingPrice']).filter(({ id }) => !own.some((one) => one.id === id))];
  return all.length > 0 ? all : undefined;
}

type Routes = Pick<CatalogHandlers,
  | 'TMF620.listProductOffering' | 'TMF620.createProductOffering' | 'TMF620.retrieveProductOffering'
  | 'TMF620.patchProductOffering' | 'TMF620.deleteProductOffering'>;

export function offeringRoutes(service: Service): Routes {
  const plain = resourceRoutes(service, offerings);
  return {
    'TMF620.listProductOffering': plain.list,
    'TMF620.retrieveProductOffering': plain.retrieve,
    'TMF620.deleteProductOffering': plain.delete,
    async 'TMF620.createProductOffering'({ body }) {
      const attributes = accept(offerings, body);
      return created(service, offerings, await service.db.tx((tx) => createOfferingRow(service, tx, body, attributes)));
    },
    async 'TMF620.patchProductOffering'(call) {
      const row = await service.db.tx(async (tx) => {
        const current = await rowToWrite(tx, offerings, call);
        const change = await patched(service, patchable, withPrices(current, service), call);
        return change ? changeOfferingRow(service, tx, current, change) : current;
      });
      return changed(service, offerings, row);
    },
  };
}

/** For a PATCH the list of prices is an attribute like any other. */
const { project: _shown, ...withoutView } = offerings;
export const patchable = withoutView;
export const withPrices = (row: OfferingRow, service: Service): OfferingRow => ({ ...row, document: { ...row.document, productOfferingPrice: pricesOf(row, service) ?? [] } });

/** What the domain reads out of the attributes. */
interface Meaning {
  readonly kind: 'PLAN' | 'VAS' | null;
  readonly specificationId: string | null;
  readonly specificationMapped: boolean;
  readonly granted: readonly Grant[];
  readonly blocking: readonly string[];
  readonly columns: RowValues;
}

async function meaningOf(tx: Tx, attributes: Document): Promise<Meaning> {
  const kind = await kindOf(tx, attributes);
  const specification = await tx.one<{ id: string; cfsId: string | null }>(
    'SELECT id, cfs_id FROM catalog.specification WHERE id = $1', [specificationIdOf(attributes)]);
  const granted = grantsOf(attributes);
  const blocking = blockingOf(attributes, kind);
  const specificationId = specification?.id ?? null;
  return {
    kind, specificationId, granted, blocking, specificationMapped: typeof specification?.cfsId === 'string',
    columns: { kind, specificationId, allowances: json(granted), blockingAllowances: json(blocking), durationHours: durationHoursOf(attributes), ...windowOf(attributes) },
  };
}

const specificationIdOf = ({ productSpecification }: Document): unknown => (productSpecification as Document | undefined)?.['id']; // an object, by its schema

/** A category says by its name whether an offering is a plan or a top-up. */
async function kindOf(tx: Tx, attributes: Document): Promise<'PLAN' | 'VAS' | null> {
  const named = listOf(attributes['category']);
  const known = await tx.read<{ name: string }>('SELECT name FROM catalog.category WHERE id = ANY ($1::text[])', [named.map(({ id }) => String(id))]);
  const names = [...named, ...known].map(({ name }) => name);
  return names.includes('PLAN') ? 'PLAN' : names.includes('VAS') ? 'VAS' : null;
}

/**
 * Every offering names its specification or, as a bundle, what it is made of (TMF.md §3). Where nobody
 * says, it is the one kind of product this operator has (P1).
 */
async function complete(tx: Tx, attributes: Document): Promise<Document> {
  if (attributes['isBundle'] === true) return { bundledProductOffering: [], ...attributes };
  if (attributes['productSpecification'] !== undefined) return attributes;
  const only = await tx.one<{ id: string; name: string }>('SELECT id, name FROM catalog.specification WHERE cfs_id IS NOT NULL ORDER BY created_at, id LIMIT 1');
  return only ? { ...attributes, productSpecification: { ...only, '@referredType': 'ProductSpecification' } } : attributes;
}

/** One row with its events. @throws {PolicyViolation} catalog.create.id_taken, catalog.window.invalid, catalog.price.*, reference.id.unknown */
export async function createOfferingRow(service: Service, tx: Tx, body: unknown, posted: Document, trigger: 'create' | 'restoreRetired' | 'restoreObsolete' = 'create'): Promise<OfferingRow> {
  const at = service.clock.now();
  const attributes = await complete(tx, posted);
  await checkReferences(tx, attributes);
  const { id, taken } = await newId(tx, offerings, body);
  const links = await planLinks(service, tx, id, [], attributes);
  const meaning = await meaningOf(tx, attributes);
  enforce(createOffering.rules, { id, taken, ...windowOf(attributes) });
  const move = offeringMachine.move(tx, null, trigger, await factsOf(tx, service, { id, state: 'In design' }, meaning));
  const { columns, document } = split(offerings, attributes);
  const row = await insertOffering(tx, move, offerings, { id, at, columns: { ...columns, ...meaning.columns }, document });
  recordMove(tx, move, id, payloadOf(offerings, row));
  await applyLinks(tx, id, links, at);
  return whole(tx, row);
}

const whole = async (tx: Tx, row: OfferingRow): Promise<OfferingRow> => (await findResource(tx, offerings, row.id)) ?? row;

export async function changeOfferingRow(service: Service, tx: Tx, row: OfferingRow, change: Patched<OfferingRow>): Promise<OfferingRow> {
  const at = service.clock.now();
  const after = await complete(tx, change.after);
  await checkReferences(tx, after);
  const links = await planLinks(service, tx, row.id, row.prices.map(({ id }) => id), after);
  const meaning = await meaningOf(tx, after);
  const facts = await factsOf(tx, service, { id: row.id, state: row.lifecycleStatus }, meaning, links.attached.map(({ id }) => id));
  const others = change.changed.filter((name) => name !== 'lifecycleStatus');
  const moves = others.length < change.changed.length;
  const ids = { offeringId: row.id };
  const move = moves ? offeringMachine.move(tx, row.lifecycleStatus, offeringMachine.triggerTo(row.lifecycleStatus, String(after['lifecycleStatus']), ids), facts, ids) : null;
  // What is on sale stays sellable: a change must not undo what the launch has asked for.
  if (!move && row.lifecycleStatus === 'Launched') enforce(launchRules, facts);
  let stored = row;
  if (others.length > 0) {
    const permit = changeOffering.permit(tx, { id: row.id, ...windowOf(after) });
    const { columns, document } = split(offerings, after);
    const values = { ...columns, ...meaning.columns, lifecycleStatus: row.lifecycleStatus };
    stored = await updateEntry(tx, permit, offerings, row.id, { at, columns: values, document: withoutOwn(document, row, links.attached) });
    await applyLinks(tx, row.id, links, at);
    record(tx, 'catalog.offering_changed', row.id, { ...payloadOf(offerings, stored), changed: others });
  }
  if (move) {
    stored = await moveOffering(tx, move, offerings, row.id, at);
    recordMove(tx, move, row.id, payloadOf(offerings, stored));
  }
  return whole(tx, stored);
}

/** References to its own prices have their home in the prices. */
function withoutOwn(document: Document, row: OfferingRow, attached: readonly { readonly id: string }[]): Document {
  const own = new Set([...row.prices, ...attached].map(({ id }) => id));
  const { productOfferingPrice, ...rest } = document;
  const foreign = listOf(productOfferingPrice).filter(({ id }) => !own.has(String(id)));
  return foreign.length > 0 ? { ...rest, productOfferingPrice: foreign } : rest;
}

/** @param more ids of prices that are about to belong to it */
async function factsOf(tx: Tx, service: Service, { id, state }: { id: string; state: OfferingState }, meaning: Meaning, more: readonly string[] = []): Promise<OfferingFacts> {
  const price = await tx.one(
    `SELECT 1 AS found FROM catalog.price WHERE (offering_id = $1 OR id = ANY ($4::text[])) AND price_type = $2 AND amount_minor IS NOT NULL
       AND lifecycle_status = 'Launched' AND validity @> $3::timestamptz LIMIT 1`, [id, priceTypeOf(meaning.kind), service.clock.now(), more]);
  const lines = await referencesTo(tx, `SELECT 'subscription ' || subscription_id AS reference FROM catalog.live_line WHERE offering_id = $1 AND NOT ended`, id);
  return {
    type: 'productOffering', id, state, references: lines, specificationId: meaning.specificationId, specificationMapped: meaning.specificationMapped,
    priceInForce: price !== null, granted: meaning.granted.map(({ allowance }) => allowance), blocking: meaning.blocking,
  };
}

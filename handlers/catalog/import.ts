import type { Tx } from '#db/database';
import { validatorsFor } from '#generated/validators';
import { changeEntry, createEntry, offeringMachine, offeringTriggerTo, type OfferingState } from '#policy/catalog';
import { BadRequest, PolicyViolation } from '#runtime/errors';
import type { JsonPatchStep } from '#runtime/handler';
import { pointerToken } from '#runtime/pointer';
import { changeRecorded, createRecorded } from '../resource/announce.ts';
import { accept, split } from '../resource/document.ts';
import { listOf } from '../resource/json.ts';
import { operationOf } from '../resource/operation.ts';
import { patched, type PatchCall } from '../resource/patch.ts';
import type { Document, ResourceDefinition, ResourceRow } from '../resource/resource.ts';
import { chosenId } from '../resource/routes.ts';
import { findResource, lockId, lockResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { catalogs, categories, entry, type EntryRow } from './entry.ts';
import { JobFailure, type Entry, type ExchangedResource } from './exchange.ts';
import { changeOfferingRow, createOfferingRow, offerings, patchable, withPrices, type OfferingRow } from './offering.ts';
import { changePriceRow, createPriceRow, prices } from './price.ts';
import { checkReferences } from './reference.ts';
import { changeSpecificationRow, createSpecificationRow, specifications } from './specification.ts';
import { takeNumber } from './sequence.ts';
import { insertEntry, updateEntry } from './store.ts';

/** How rows of one resource come in: made without what they may name too early, then completed. */
interface Importer {
  readonly resource: ExchangedResource;
  readonly definition: ResourceDefinition;
  /** What an id of the resource looks like. */
  readonly own: RegExp;
  /** Attributes that may name rows of the same or of a later kind. */
  readonly later: readonly string[];
  create(service: Service, tx: Tx, id: string, attributes: Document): Promise<unknown>;
  complete(service: Service, tx: Tx, id: string, attributes: Document): Promise<void>;
}

/**
 * Brings the rows of a file in, under the rules a single request has to pass: a row that is there
 * gets the attributes the file names, one that is not is made with its id. A row that is already as
 * the file says is left alone, so that importing twice changes nothing.
 * @throws {JobFailure} naming the row that is refused; the transaction must not commit then
 */
export async function importRows(service: Service, tx: Tx, entries: readonly Entry[]): Promise<void> {
  const steps = importers.flatMap((importer) => entries.filter(({ resource }) => resource === importer.resource).map((row) => ({ importer, row })));
  for (const { importer, row } of steps) await naming(row, () => add(service, tx, importer, row));
  for (const { importer, row } of steps) await naming(row, () => importer.complete(service, tx, row.id, accept(importer.definition, row.attributes)));
}

async function naming({ resource, id }: Entry, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof PolicyViolation) throw new JobFailure(`${resource} ${id}: ${error.message} (${error.rule})`);
    if (error instanceof BadRequest) throw new JobFailure(`${resource} ${id}: ${error.message}`);
    throw error;
  }
}

async function add(service: Service, tx: Tx, importer: Importer, { id, attributes }: Entry): Promise<void> {
  const { definition, own, later } = importer;
  if (!own.test(id)) throw new BadRequest('The id is none of this resource', [{ pointer: '/id', message: `must match ${own.source}` }]);
  await refuseIllegal(definition, attributes);
  await lockId(tx, definition, id);
  if (await findResource(tx, definition, id)) return;
  const first = Object.entries(accept(definition, attributes)).filter(([name]) => !later.includes(name));
  await importer.create(service, tx, id, Object.fromEntries(first));
}

/** A row must be what a client could have posted. */
async function refuseIllegal({ key }: ResourceDefinition, attributes: Document): Promise<void> {
  const operation = operationOf(key, 'create');
  if (!operation) throw new Error(`no operation creates ${key}`);
  const problems = (await validatorsFor(operation.key)).request(attributes);
  if (problems) throw new BadRequest('The row is invalid', problems);
}

/** Every attribute replaced by the one of the file; what the file does not name stays. */
const replacing = (attributes: Document, except: readonly string[] = []): PatchCall => ({
  contentType: 'application/json-patch+json',
  body: Object.entries(attributes).filter(([name]) => name !== 'lastUpdate' && !except.includes(name))
    .map(([name, value]): JsonPatchStep => ({ op: 'add', path: `/${pointerToken(name)}`, value })),
});

async function locked<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, id: string): Promise<Row> {
  const row = await lockResource(tx, definition, id);
  if (!row) throw new Error(`${definition.key} ${id} is gone although its id is locked`);
  return row;
}

/** Catalogs and categories: their ids come from a sequence, which must not give them out again. */
const plain = (resource: 'category' | 'catalog', definition: ResourceDefinition<EntryRow>, own: RegExp, later: readonly string[]): Importer => ({
  resource, own, later,
  definition: definition as unknown as ResourceDefinition, // read by key and table only
  async create(service, tx, id, attributes) {
    await checkReferences(tx, attributes);
    await takeNumber(tx, definition, id);
    const whole = { ...attributes, ...entry.initial(attributes) };
    const row = await insertEntry(tx, createEntry.permit(tx, { id, taken: false }), definition, { id, at: service.clock.now(), ...split(definition, whole) });
    createRecorded(tx, definition, row);
  },
  async complete(service, tx, id, attributes) {
    const change = await patched(service, definition, await locked(tx, definition, id), replacing(attributes));
    if (!change) return;
    await checkReferences(tx, change.after);
    const { columns, document } = change;
    const row = await updateEntry(tx, changeEntry.permit(tx), definition, id, { at: service.clock.now(), columns, document });
    changeRecorded(tx, definition, row, change);
  },
});

const specification: Importer = {
  resource: 'productSpecification', own: chosenId, later: ['bundledProductSpecification'],
  definition: specifications as unknown as ResourceDefinition, // read by key and table only
  create: (service, tx, id, attributes) => createSpecificationRow(service, tx, { id }, { ...attributes, ...entry.initial(attributes) }),
  async complete(service, tx, id, attributes) {
    const change = await patched(service, specifications, await locked(tx, specifications, id), replacing(attributes));
    if (change) await changeSpecificationRow(service, tx, change);
  },
};

const offering: Importer = {
  resource: 'productOffering', own: chosenId, later: ['bundledProductOffering', 'productOfferingPrice'],
  definition: offerings as unknown as ResourceDefinition, // read by key and table only
  create(service, tx, id, { lifecycleStatus, ...attributes }) {
    const restored = { Retired: 'restoreRetired', Obsolete: 'restoreObsolete' } as const;
    const trigger = lifecycleStatus === 'Retired' || lifecycleStatus === 'Obsolete' ? restored[lifecycleStatus] : 'create';
    return createOfferingRow(service, tx, { id }, attributes, trigger);
  },
  async complete(service, tx, id, attributes) {
    const row = await locked(tx, offerings, id);
    await patchOffering(service, tx, id, replacing({ ...attributes, ...shownPrices(service, row, attributes) }, ['lifecycleStatus']));
    const to = attributes['lifecycleStatus'];
    for (const state of to === undefined ? [] : statesTo(row.lifecycleStatus, String(to))) {
      await patchOffering(service, tx, id, replacing({ lifecycleStatus: state }));
    }
  },
};

async function patchOffering(service: Service, tx: Tx, id: string, call: PatchCall): Promise<void> {
  const row = await locked(tx, offerings, id);
  const change = await patched(service, patchable, withPrices(row, service), call);
  if (change) await changeOfferingRow(service, tx, row, change);
}

/** Its own prices are told by themselves; the file names here only what else the offering shows. */
function shownPrices(service: Service, row: OfferingRow, { productOfferingPrice }: Document): Document {
  const own = new Set(row.prices.map(({ id }) => id));
  const shown = listOf(withPrices(row, service).document['productOfferingPrice']).filter(({ id }) => own.has(String(id)));
  return { productOfferingPrice: [...shown, ...listOf(productOfferingPrice).filter(({ id }) => !own.has(String(id)))] };
}

/** States to pass on the way: what never was on sale is launched before it is retired. */
function statesTo(from: OfferingState, to: string): string[] {
  if (from === to) return [];
  const between = ['Launched', 'Retired'] as const;
  const step = offeringMachine.can(from, offeringTriggerTo(to)) ? undefined
    : between.find((state) => offeringMachine.can(from, offeringTriggerTo(state)) && offeringMachine.can(state, offeringTriggerTo(to)));
  return step === undefined ? [to] : [step, to];
}

const price: Importer = {
  resource: 'productOfferingPrice', own: chosenId, later: [],
  definition: prices as unknown as ResourceDefinition, // read by key and table only
  create: (service, tx, id, attributes) => createPriceRow(service, tx, { id }, attributes, false),
  async complete(service, tx, id, attributes) {
    const row = await locked(tx, prices, id);
    const stays = row.offeringId !== null && (attributes['productOffering'] as Document | undefined)?.['id'] === row.offeringId; // an object, by its schema
    const change = await patched(service, prices, row, replacing(attributes, stays ? ['productOffering'] : []));
    if (change) await changePriceRow(service, tx, change);
  },
};

/** What is pointed at before what points. */
const importers: readonly Importer[] = [
  plain('category', categories, /^CTGY-\d{3,9}$/, ['subCategory', 'parentId', 'productOffering']),
  specification,
  offering,
  price,
  plain('catalog', catalogs, /^CATL-\d{3,9}$/, []),
];

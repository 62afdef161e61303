/** The five handlers of a stored TM Forum resource (TMF.md §2). */
import type { Tx } from '#db/database';
import { resources } from '#generated/resources';
import { BadRequest, NotFound, Unavailable } from '#runtime/errors';
import type { Answer, Call } from '#runtime/handler';
import type { Service } from '../service.ts';
import { changeRecorded, createRecorded, deleteRecorded } from './announce.ts';
import { conditionsOf, type Condition } from './condition.ts';
import { accept, normal, split } from './document.ts';
import { etagOf, isUnchanged, requireMatch } from './etag.ts';
import { Binder, filterSql, isSearch, isUnevaluable } from './filter.ts';
import type { JsonObject } from './json.ts';
import { listResources, type ListResult } from './list.ts';
import { ownershipSql, requireOwn } from './ownership.ts';
import { pageHeaders, pageOf, pageStatus } from './page.ts';
import { patched, type Patched } from './patch.ts';
import { fieldsOf, hrefOf, project, withIdentity } from './project.ts';
import type { Document, ResourceDefinition, ResourceRow } from './resource.ts';
import { findResource, insertResource, lockId, lockResource, nextId, removeResource, updateResource } from './rows.ts';
import { orderSql } from './sort.ts';

/** A validated request of any operation. */
export type AnyCall = Call<unknown, unknown, unknown>;

/**
 * Fits every handler of a generated stub: it takes any call and answers `never`, which is a row of
 * every type. The host validates each answer against the schema of its operation.
 */
export type ResourceHandler = (call: AnyCall) => Promise<Answer<never>>;

export interface ResourceRoutes {
  readonly list: ResourceHandler;
  readonly retrieve: ResourceHandler;
  readonly create: ResourceHandler;
  readonly patch: ResourceHandler;
  readonly delete: ResourceHandler;
}

/** Handlers to put under a service's operation keys: `'TMF622.listProductOrder': orders.list`. */
export function resourceRoutes<Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>): ResourceRoutes {
  return {
    list: (call) => listed(service, definition, call),
    retrieve: (call) => retrieved(service, definition, call),
    create: (call) => create(service, definition, call),
    patch: (call) => patch(service, definition, call),
    delete: (call) => remove(service, definition, call),
  };
}

/** The one place where a row becomes an answer of the operation's type; see `ResourceHandler`. */
const bodyOf = (representation: JsonObject | JsonObject[]): never => representation as never;

async function listed<Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, call: AnyCall): Promise<Answer<never>> {
  const page = pageOf(call.query, service.config);
  const href = service.href(resources[definition.key].path);
  const binder = new Binder();
  const asked = conditionsOf(definition, call.query);
  const conditions = [...ownershipSql(definition, binder), ...filterSql(definition, asked, href, binder)];
  const order = (further: Binder, backwards: boolean): string => orderSql(definition, call.query['sort'], href, further, backwards);
  const request = { conditions, values: binder.values, order, limit: page.limit, offset: page.offset, isSearch: isSearch(definition, asked) };
  const { rows, total } = await evaluated(asked, listResources(service.db, definition, request));
  const fields = withIdentity(fieldsOf(call.query));
  return {
    status: pageStatus(page, rows.length, total),
    body: bodyOf(rows.map((row) => project(service, definition, row, fields))),
    headers: pageHeaders(page, call.query, href, rows.length, total),
  };
}

/** What a list found, or the word that its filter is at fault, or its length. */
async function evaluated<Row>(asked: readonly Condition[], result: Promise<ListResult<Row>>): Promise<ListResult<Row>> {
  try {
    return await result;
  } catch (error) {
    if (!isUnevaluable(error)) throw error;
    if (asked.flat().some(({ operator }) => operator === 'regex')) throw new BadRequest('A filter has an expression that cannot be evaluated');
    throw new Unavailable('The list took too long and was given up; narrow its filter, or sort it by an attribute that has an index.');
  }
}

async function retrieved<Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, call: AnyCall): Promise<Answer<never>> {
  const row = await findResource(service.db, definition, idOf(call));
  if (!row) throw notFound(definition, call);
  requireOwn(definition, row);
  const headers = { ETag: etagOf(row) };
  if (isUnchanged(call.headers, row)) return { status: 304, headers };
  return { body: bodyOf(project(service, definition, row, fieldsOf(call.query))), headers };
}

/** The path parameter of every operation on one resource. */
export const idOf = (call: AnyCall): string => (call.params as { readonly id: string }).id; // the table gives them this one

const notFound = <Row extends ResourceRow>({ key }: ResourceDefinition<Row>, call: AnyCall): NotFound => new NotFound(resources[key].resource, idOf(call));

/** The locked row of a write, seen by those who may and at the version they expect. */
export async function rowToWrite<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, call: AnyCall): Promise<Row> {
  const row = await lockResource(tx, definition, idOf(call));
  if (!row) throw notFound(definition, call);
  requireOwn(definition, row);
  requireMatch(call.headers, row);
  return row;
}

async function create<Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, call: AnyCall): Promise<Answer<never>> {
  const at = service.clock.now();
  const body = accept(definition, call.body);
  const attributes: Document = { ...body, ...normal(definition, definition.initial?.(body, at) ?? {}) };
  const row = await service.db.tx(async (tx) => {
    const { id, taken } = await newId(tx, definition, call.body);
    const permit = await allowed(definition, 'create').create(tx, { id, taken, attributes });
    const stored = await insertResource(tx.writer(permit), definition, { id, at, ...split(definition, attributes) });
    createRecorded(tx, definition, stored);
    return reread(tx, definition, stored);
  });
  return created(service, definition, row);
}

/** The answer to a POST that made this row. */
export const created = <Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, row: Row): Answer<never> => ({
  status: 201,
  body: bodyOf(project(service, definition, row)),
  headers: { Location: hrefOf(service, definition, row.id) },
});

/** The answer to a PATCH, whether it changed something or not. */
export const changed = <Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, row: Row): Answer<never> =>
  ({ body: bodyOf(project(service, definition, row)) });

/** Ids that clients choose for offerings, prices and specifications (DOMAIN §9). */
export const chosenId = /^[A-Z][A-Z0-9_]{2,63}$/;
/** A client may have chosen what the sequence would give, but hardly this often in a row. */
const collisionsMax = 100;

/** The id of a row to be: the one the client chose where it may, else the next of the sequence. */
export async function newId<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, body: unknown): Promise<{ id: string; taken: boolean }> {
  const asked = (body as { readonly id?: unknown } | undefined)?.id; // an object, by its schema
  if (definition.chosenIds && typeof asked === 'string' && chosenId.test(asked)) {
    return { id: asked, taken: await isTaken(tx, definition, asked) };
  }
  for (let attempt = 0; attempt < collisionsMax; attempt += 1) {
    const id = await nextId(tx, definition);
    if (!definition.chosenIds || !(await isTaken(tx, definition, id))) return { id, taken: false };
  }
  throw new Error(`${definition.table}: ${collisionsMax} ids of the sequence are taken`);
}

async function isTaken<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, id: string): Promise<boolean> {
  await lockId(tx, definition, id);
  return (await findResource(tx, definition, id)) !== null;
}

async function patch<Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, call: AnyCall): Promise<Answer<never>> {
  const row = await service.db.tx(async (tx) => {
    const current = await rowToWrite(tx, definition, call);
    const change = await patched(service, definition, current, call);
    return change ? changeRow(tx, service, definition, change) : current;
  });
  return changed(service, definition, row);
}

async function changeRow<Row extends ResourceRow>(tx: Tx, service: Service, definition: ResourceDefinition<Row>, change: Patched<Row>): Promise<Row> {
  const permit = await allowed(definition, 'patch').patch(tx, change);
  const { columns, document } = change;
  const stored = await updateResource(tx.writer(permit), definition, change.row.id, { at: service.clock.now(), columns, document });
  changeRecorded(tx, definition, stored, change);
  return reread(tx, definition, stored);
}

async function remove<Row extends ResourceRow>(service: Service, definition: ResourceDefinition<Row>, call: AnyCall): Promise<Answer<never>> {
  await service.db.tx(async (tx) => {
    const row = await rowToWrite(tx, definition, call);
    const permit = await allowed(definition, 'delete').delete(tx, row);
    await removeResource(tx.writer(permit), definition, row.id);
    deleteRecorded(tx, definition, row);
  });
  return { status: 204 };
}

/** What a write returns lacks the definition's `select`. */
async function reread<Row extends ResourceRow>(tx: Tx, definition: ResourceDefinition<Row>, row: Row): Promise<Row> {
  return definition.select ? ((await findResource(tx, definition, row.id)) ?? row) : row;
}

type Permits<Row extends ResourceRow> = Required<ResourceDefinition<Row>['permits']>;

/** @throws {Error} the definition says nothing about this kind of write: a defect of its service */
function allowed<Row extends ResourceRow, Kind extends keyof Permits<Row>>({ key, permits }: ResourceDefinition<Row>, kind: Kind): Pick<Permits<Row>, Kind> {
  if (!permits[kind]) throw new Error(`${key} has no permit for ${kind}`);
  return permits as Permits<Row>; // this kind was there just now
}

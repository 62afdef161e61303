/**
 * The generic TM Forum resource (TMF.md §2, ARCHITECTURE §8): one stored row is typed columns for what
 * the domain reasons about plus one `document` with every other attribute, so that what a client
 * posts comes back whole.
 *
 * A service describes its resource once, as a `ResourceDefinition`, and takes its handlers from it:
 *
 *   const categories: ResourceDefinition<CategoryRow> = {
 *     key: 'TMF620.category', table: 'catalog.category', sortNewest: 'created_at',
 *     columns: {
 *       name: { column: 'name', type: 'text' }, lifecycleStatus: { column: 'lifecycle_status', type: 'text' },
 *       lastUpdate: { column: 'updated_at', type: 'timestamptz' },
 *     },
 *     readOnly: ['lastUpdate'], mandatory: ['name', 'lastUpdate', 'lifecycleStatus'], stateAttribute: 'lifecycleStatus',
 *     initial: (body) => ({ lifecycleStatus: body['lifecycleStatus'] ?? 'In design' }),
 *     permits: {
 *       create: (tx) => createCategory.permit(tx), patch: (tx) => changeCategory.permit(tx),
 *       delete: async (tx, row) => deleteCategory.permit(tx, await referencesTo(tx, row)),
 *     },
 *   };
 *   const category = resourceRoutes(service, categories);
 *   return { 'TMF620.listCategory': category.list, 'TMF620.createCategory': category.create, … };
 *
 * Where creating or changing means more than a row, it writes that handler itself from the same parts:
 *
 *   accept(definition, body)                        body → attributes in our form      document.ts
 *   split(definition, attributes)                   → { columns, document } to store   document.ts
 *   newId(tx, definition, body), idOf(call)         ids                                routes.ts
 *   findResource / lockResource(…, definition, id)  row or null                        rows.ts
 *   rowToWrite(tx, definition, call)                locked; 404, 403, 412              routes.ts
 *   patched(service, definition, row, call)         checked outcome; null is a no-op   patch.ts
 *   insertResource / updateResource(writer, …)      write, count `rev` up              rows.ts
 *   createRecorded / changeRecorded / …(tx, …)      the events of a plain write        announce.ts
 *   created / changed(service, definition, row)     the answers                        routes.ts
 *   project(service, definition, row)               row → wire                         project.ts
 *   requireOwn(definition, row), requireOwner(…)    403 for another customer           ownership.ts
 *   verdict(violation)                              the `policyViolation` extension    verdict.ts
 *   pageOf, pageStatus, pageHeaders                 paging of own lists                page.ts
 */
import type { RowValues, Tx } from '#db/database';
import type { ResourceKey } from '#generated/resources';
import type { Permit } from '#runtime/permit';
import type { Service } from '../service.ts';

/** Attributes as they go over the wire. */
export type Document = Readonly<Record<string, unknown>>;

/** The columns every stored resource has. */
export interface ResourceRow {
  readonly id: string;
  /** Version of the row from 1; the weak ETag. */
  readonly rev: number;
  readonly document: Document;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type ColumnType = 'text' | 'timestamptz' | 'numeric' | 'boolean';

/**
 * Where an attribute lives when not in the document.
 *
 * `column` (snake_case) of a first-level attribute is its only home: create and patch write it,
 * `project` reads it. For a dotted path, and for `sql`, it serves filter and sort alone and the
 * definition's `project` shows the value. `sql` is an expression over the table alias `r`.
 * With `many` it gives an array, of which one element must match.
 */
export type Column =
  | { readonly column: string; readonly type: ColumnType; readonly many?: boolean }
  | { readonly sql: string; readonly type: ColumnType; readonly many?: boolean };

/** What a permit for a create is asked with. */
export interface Creation {
  readonly id: string;
  /** The client chose the id and a row has it already (`chosenIds` only). */
  readonly taken: boolean;
  /** Every attribute of the row to be, wherever it will be stored. */
  readonly attributes: Document;
}

/** What a permit for a patch is asked with; only attributes named in `changed` differ. */
export interface Change<Row extends ResourceRow> {
  readonly row: Row;
  readonly before: Document;
  readonly after: Document;
  /** First-level attributes that differ, in alphabetical order; never empty. */
  readonly changed: readonly string[];
}

type Allowed = Permit<string> | Promise<Permit<string>>;

/** Asks policy for each kind of write; a kind left out is not served by `resourceRoutes`. */
export interface ResourcePermits<Row extends ResourceRow> {
  create?(tx: Tx, creation: Creation): Allowed;
  patch?(tx: Tx, change: Change<Row>): Allowed;
  /** The hook for `<area>.delete.has_effects`: look at what points to the row, then ask. */
  delete?(tx: Tx, row: Row): Allowed;
}

export interface ResourceDefinition<Row extends ResourceRow = ResourceRow, Read extends keyof Row = keyof Row> {
  /** Row of `generated/resources.ts`: path, schema, aggregate, area, id prefix. */
  readonly key: ResourceKey;
  /** With schema: `order_mgmt.product_order`. */
  readonly table: string;
  /** By default `<schema>.seq_<id prefix in lower case>`. */
  readonly sequence?: string;
  /** The client may choose the id (DOMAIN §9); the prefix of those we generate: `PO` gives `PO_001`. */
  readonly chosenIds?: 'PO' | 'POP' | 'PSPEC' | 'USPEC';
  /** SQL condition over `r` that selects this resource where two share a table. */
  readonly only?: string;
  /** Further selected expressions over `r` and `joins` by their name in the row (camelCase), for `project`. */
  readonly select?: Readonly<Record<string, string>>;
  /** Left joins for `select`: at most one row each to a row `r`. */
  readonly joins?: string;
  /** By attribute path: `state`, `relatedParty.id`, `totalAmount.value`. */
  readonly columns: Readonly<Record<string, Column>>;
  /**
   * By attribute path: what `project` makes or completes there. The SQL over `r` gives the whole
   * first-level attribute as it is shown (jsonb); filter and sort look into that instead of the document.
   */
  readonly shown?: Readonly<Record<string, string>>;
  /** Column (snake_case, NOT NULL, best indexed) a list is ordered by unless asked otherwise, newest first. */
  readonly sortNewest: string;
  /** Column (snake_case) with the owning customer's id; without it everybody sees every row. */
  readonly ownerColumn?: string;
  /** Attributes beyond the schema that we answer and filter on. */
  readonly extensions?: readonly string[];
  /**
   * First-level attributes a PATCH may not change (422 `<area>.patch.field_locked`), of every row or
   * by row. Always locked: id, href, `extensions` and what `project` shows.
   */
  readonly readOnly: readonly string[] | ((row: Row) => readonly string[]);
  /** First-level attributes no PATCH may remove (TMF.md §3). */
  readonly mandatory: readonly string[];
  /** Attribute with the lifecycle state; its change is the state event, any other the changed event. */
  readonly stateAttribute?: string;
  /** Attributes the server sets on create, over whatever the client sent. */
  initial?(body: Document, at: Date): Document;
  /** Attributes the server sets whenever a patch changes something: `lastUpdate`. */
  touched?(at: Date): Document;
  /**
   * What `project` reads of a row besides id and document. A list then leaves alone what it does not
   * show: of a wide table two thirds of the time. By default it reads whole rows.
   */
  readonly reads?: readonly (Read & string)[];
  /** Attributes that neither document nor first-level columns hold; they win over both. */
  project?(row: Pick<Row, Read | 'id' | 'document'>, service: Service): Document;
  /** Members of the event payload besides id, changed, from and to: customerId, name, … */
  payload?(row: Row): Document;
  readonly permits: ResourcePermits<Row>;
}

/** What a write takes: `columns` by camelCase name, `document` whole. */
export interface ResourceValues {
  readonly columns?: RowValues;
  readonly document?: Document;
}

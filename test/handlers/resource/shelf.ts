/** Two stored resources on tables of their own, in a database of their own, called as the host calls them. */
import { parse } from 'node:querystring';
import { Database } from '#db/database';
import { withClient } from '#db/migrate';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import type { OperationKey } from '#generated/operations';
import { operations } from '#generated/operations';
import { validatorsFor } from '#generated/validators';
import { action } from '#policy/action';
import { rule } from '#policy/rule';
import { Clock } from '#runtime/clock';
import { runWith, systemContext, type RequestContext } from '#runtime/context';
import type { Answer } from '#runtime/handler';
import type { ResourceDefinition, ResourceRow } from '../../../handlers/resource/resource.ts';
import { resourceRoutes, type AnyCall, type ResourceRoutes } from '../../../handlers/resource/routes.ts';
import type { Service } from '../../../handlers/service.ts';

export interface CategoryRow extends ResourceRow {
  readonly name: string;
  readonly lifecycleStatus: string;
  readonly ownerId: string | null;
}

const frozen = rule<{ readonly name: string }>({
  code: 'test.category.frozen', title: 'A frozen category stays.', when: 'its name is Frozen',
  check: ({ name }) => name !== 'Frozen', context: (facts) => facts, fix: () => [{ hint: 'Rename it.' }],
});
const idTaken = rule<{ readonly taken: boolean; readonly id: string }>({
  code: 'test.create.id_taken', title: 'The id exists.', when: 'a row has it',
  check: ({ taken }) => !taken, context: ({ id }) => ({ id }), fix: () => [{ hint: 'Choose another.' }],
});
const createSpecification = action('specification.create', [idTaken]);
const createCategory = action('category.create');
const changeCategory = action('category.change', [frozen]);
const deleteCategory = action('category.delete', [frozen]);

export const categories: ResourceDefinition<CategoryRow> = {
  key: 'TMF620.category',
  table: 'catalog.test_category',
  sequence: 'catalog.test_sequence',
  columns: {
    name: { column: 'name', type: 'text' },
    lifecycleStatus: { column: 'lifecycle_status', type: 'text' },
    lastUpdate: { column: 'updated_at', type: 'timestamptz' },
    'size.value': { sql: "(r.document->>'weight')::numeric", type: 'numeric' },
    tag: { sql: "ARRAY(SELECT jsonb_array_elements_text(r.document->'tag'))", type: 'text', many: true },
  },
  sortNewest: 'created_at',
  ownerColumn: 'owner_id',
  extensions: ['policyViolation'],
  readOnly: ['lastUpdate'],
  mandatory: ['name', 'lastUpdate', 'lifecycleStatus'],
  stateAttribute: 'lifecycleStatus',
  initial: (body) => ({ lifecycleStatus: body['lifecycleStatus'] ?? 'In design' }),
  payload: ({ name }) => ({ name }),
  permits: {
    create: (tx) => createCategory.permit(tx),
    patch: (tx, { row }) => changeCategory.permit(tx, row),
    delete: (tx, row) => deleteCategory.permit(tx, row),
  },
};

/** Ids its clients may choose. */
export const specifications: ResourceDefinition = {
  key: 'TMF620.productSpecification',
  table: 'catalog.test_specification',
  chosenIds: 'PSPEC',
  columns: {},
  sortNewest: 'created_at',
  readOnly: [],
  mandatory: ['name'],
  permits: { create: (tx, creation) => createSpecification.permit(tx, creation) },
};

const tables = `
  CREATE TABLE catalog.test_category (
    id text PRIMARY KEY, rev integer NOT NULL DEFAULT 1, name text NOT NULL, lifecycle_status text NOT NULL, owner_id text,
    document jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
  CREATE INDEX ON catalog.test_category USING gin (document jsonb_path_ops);
  CREATE TABLE catalog.test_specification (
    id text PRIMARY KEY, rev integer NOT NULL DEFAULT 1,
    document jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
  CREATE SEQUENCE catalog.test_sequence OWNED BY catalog.test_category.id;
  ALTER TABLE catalog.test_category OWNER TO bss_catalog;
  ALTER TABLE catalog.test_specification OWNER TO bss_catalog`;

export const base = 'http://localhost:8001';
export const path = '/tmf-api/productCatalogManagement/v4/category';

export interface Asked {
  readonly id?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly as?: Partial<RequestContext>;
}

/** What came back, as JSON. */
export interface Got {
  readonly status: number;
  // The tests look into representations of many shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

export class Shelf {
  readonly clock = new Clock({ frozenAtMs: Date.parse('2026-04-11T09:00:00Z'), offsetMs: 0 });
  readonly db: Database;
  readonly service: Service;
  readonly #clone: ClonedDatabase;
  readonly #routes: Readonly<Record<string, ResourceRoutes>>;

  private constructor(clone: ClonedDatabase) {
    this.#clone = clone;
    this.db = new Database({ url: clone.urlOf('catalog'), service: 'catalog', clock: this.clock });
    // The layer uses no more of a service than this.
    this.service = { name: 'catalog', db: this.db, clock: this.clock, config: clone.config, href: (at: string) => `${base}${at}` } as unknown as Service;
    this.#routes = { Category: resourceRoutes(this.service, categories), ProductSpecification: resourceRoutes(this.service, specifications) };
  }

  static async open(): Promise<Shelf> {
    const clone = await cloneDatabase();
    await withClient(clone.url, async (client) => void (await client.query(tables)));
    return new Shelf(clone);
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.#clone.drop();
  }

  /** Calls an operation; its answer must fit the schema of the operation. */
  async call(operation: 'list' | 'retrieve' | 'create' | 'patch' | 'delete', asked: Asked = {}, schema = 'Category'): Promise<Got> {
    const row = operations[`TMF620.${operation}${schema}` as OperationKey];
    const query: Record<string, unknown> = { ...parse(asked.query ?? '') };
    const call: AnyCall = {
      operation: row, params: { id: asked.id ?? '' }, query, body: asked.body, headers: asked.headers ?? {}, contentType: asked.contentType ?? 'application/json',
    };
    const answer: Answer<unknown> = await runWith({ ...systemContext('catalog'), ...asked.as }, () => this.#routes[schema]![operation](call));
    const status = answer.status ?? row.successStatus;
    const { response } = await validatorsFor(row.key as OperationKey);
    const problems = status === 304 ? null : response(status, answer.body, 'fields' in query);
    if (problems) throw new Error(JSON.stringify(problems));
    return { status, body: answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body)), headers: answer.headers ?? {} };
  }

  list(query: string, as: Partial<RequestContext> = {}): Promise<Got> {
    return this.call('list', { query, as });
  }

  /** Names of the listed rows, in their order. */
  async names(query: string): Promise<string[]> {
    return (await this.list(query)).body.map((one: { name: string }) => one.name);
  }

  async add(body: object): Promise<Got> {
    return this.call('create', { body });
  }

  async events(id: string): Promise<{ type: string; payload: Record<string, unknown> }[]> {
    return withClient(this.#clone.url, async (client) => {
      const { rows } = await client.query("SELECT event_type AS type, payload FROM audit.domain_event WHERE aggregate_id = $1 ORDER BY aggregate_seq", [id]);
      return rows;
    });
  }

  async sql(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return withClient(this.#clone.url, async (client) => (await client.query(text, [...values])).rows);
  }
}

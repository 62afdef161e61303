/** Walks every stored resource through its operations with bodies built from the schemas. */
import { operations, type OperationKey } from '#generated/operations';
import { resources } from '#generated/resources';
import type { Operation, Resource } from '#runtime/operation';
import type { Documents, Judged } from './judged.ts';
import { generic, lost } from './posted.ts';
import { SampleBody, type Json } from './sample-body.ts';
import { fullSeeds, patches, type Story } from './seeds.ts';
import { isServerOwned } from './server-owned.ts';

type Row = Readonly<Record<string, unknown>>;
type Kind = 'list' | 'retrieve' | 'create' | 'patch' | 'delete';

/** The operation of a kind on a resource; undefined where the document has none. */
export function operationOf({ api, resource }: Resource, kind: Kind): OperationKey | undefined {
  const found = Object.values<Operation>(operations).find((row) => row.api === api && row.resource === resource && row.kind === kind);
  return found?.key as OperationKey | undefined; // a key of the table
}

export class ResourceWalk {
  readonly #judged: Judged;
  readonly #documents: Documents;
  readonly #story: Story;
  readonly faults: string[] = [];

  constructor(judged: Judged, documents: Documents, story: Story) {
    this.#judged = judged;
    this.#documents = documents;
    this.#story = story;
  }

  /** Creates a minimal and a full row, reads, changes, lists and removes what may be. */
  async walk(resource: Resource): Promise<void> {
    const made = [await this.#create(resource, 'minimal'), await this.#create(resource, 'full')].filter((row) => row !== null);
    await this.#lists(resource);
    const [any] = made.length > 0 ? made : await this.#listed(resource);
    if (!any) return void this.faults.push(`${resource.key} has no row at all`);
    await this.#retrieve(resource, any);
    await this.#patch(resource, any);
    await this.#remove(resource, made);
  }

  async #create(resource: Resource, extent: 'minimal' | 'full'): Promise<Row | null> {
    const key = operationOf(resource, 'create');
    const schema = key && this.#documents.requestSchema(key);
    if (!key || !schema) return null;
    const sample = new SampleBody(this.#documents.documentOf(key), extent).of(schema) as Readonly<Record<string, Json>>; // every body is an object
    const body = extent === 'full' ? (fullSeeds[key]?.(sample, this.#story) ?? sample) : sample;
    const answered = await this.#judged.call(key, { body });
    if (answered.status !== 201) return this.#fault(`${key} ${extent}: ${answered.status} ${JSON.stringify(answered.body).slice(0, 400)}`);
    const row = answered.body as Row; // an object by its schema, judged
    if (answered.headers.get('location') !== row['href']) this.#fault(`${key}: Location ${answered.headers.get('location')} is not the href`);
    const read = await this.#retrieve(resource, row);
    const missing = lost(body, read).filter((pointer) => !isServerOwned(resource.key, generic(pointer)));
    if (missing.length > 0) this.#fault(`${key} ${extent} lost ${missing.slice(0, 12).join(' ')}`);
    return row;
  }

  async #retrieve(resource: Resource, { id }: Row): Promise<Row> {
    return this.#judged.ok(operationOf(resource, 'retrieve')!, { params: { id: String(id) } }); // every resource has one
  }

  async #listed(resource: Resource): Promise<readonly Row[]> {
    return (await this.#judged.ok(operationOf(resource, 'list')!)) as unknown as readonly Row[]; // a list by its schema, judged
  }

  async #lists(resource: Resource): Promise<void> {
    const key = operationOf(resource, 'list')!; // every resource has one
    const rows = await this.#listed(resource);
    const { status } = await this.#judged.call(key, { query: { limit: '1' } });
    if (status !== (rows.length > 1 ? 206 : 200)) this.#fault(`${key}?limit=1 of ${rows.length} rows answered ${status}`);
    await this.#judged.call(key, { query: { fields: 'id' } });
  }

  async #patch(resource: Resource, row: Row): Promise<void> {
    const key = operationOf(resource, 'patch');
    if (!key) return;
    const body = patches[key] ?? { description: `${resource.resource} changed` };
    const changed = await this.#judged.ok(key, { params: { id: String(row['id']) }, body });
    const missing = lost(body, changed);
    if (missing.length > 0) this.#fault(`${key} did not take ${missing.join(' ')}`);
  }

  async #remove(resource: Resource, rows: readonly Row[]): Promise<void> {
    const key = operationOf(resource, 'delete');
    const row = rows[0];
    if (!key || !row) return;
    await this.#judged.ok(key, { params: { id: String(row['id']) } });
    const again = await this.#judged.call(key, { params: { id: String(row['id']) } });
    if (again.status !== 404) this.#fault(`${key} a second time: ${again.status}`);
  }

  #fault(what: string): null {
    this.faults.push(what);
    return null;
  }
}

export const allResources: readonly Resource[] = Object.values<Resource>(resources);

/** Requests over every operation of the table: mostly almost right, so that they get far. */
import { attributes } from '#generated/attributes';
import { operations } from '#generated/operations';
import { resources } from '#generated/resources';
import type { Operation } from '#runtime/operation';
import { serviceNames, type ServiceName } from '#runtime/services';
import { bodyOf, type Source } from '../listed.ts';
import { Random } from '../random.ts';
import type { Request } from '../wire.ts';
import { nastyValues, spoilt } from './nasty.ts';

/** Time is everybody's: moving it is told in tests of its own. */
const left = new Set(['admin.advanceClock', 'admin.freezeClock', 'admin.unfreezeClock']);

export const fuzzed: readonly Operation[] = Object.values<Operation>(operations).filter(({ key }) => !left.has(key));

export interface Knock extends Request {
  readonly row: Operation;
}

const idsMax = 200;

/** Place of the machine's token among those of a run. */
const machine = 1;

/** Calls that only a saga makes, at its own time: made by chance they would break what it keeps together. */
const ofSaga = ({ roles }: Operation): boolean => !roles.includes('admin');

function keep(ids: string[], id: string, random: Random): void {
  if (ids.includes(id)) return;
  if (ids.length < idsMax) ids.push(id);
  else ids[random.below(idsMax)] = id;
}

const unreachable = ['http://10.0.0.1/a', 'http://169.254.169.254/latest', 'http://[fe80::1]/', 'ftp://example.org/', 'http://user:word@10.1.1.1/', 'nonsense', ''];

/** What our own APIs call other resources, in paths and bodies. */
const sameKind: Readonly<Record<string, string>> = {
  offering: 'productOffering', specification: 'productSpecification', ticket: 'troubleTicket', reservation: 'productOrder', order: 'productOrder', task: 'monitor',
};

/** A text cut in the middle of a character still goes into a path. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

export class Requests {
  readonly #random: Random;
  readonly #nasty: readonly unknown[];
  readonly #documents: ReadonlyMap<string, Source>;
  readonly #tokens: readonly string[];
  /** Ids met so far, and those of each kind by the path segment before them. */
  readonly #ids: string[] = [];
  readonly #byKind = new Map<string, string[]>();

  /** Nothing is wrong with the request at hand but what chance makes of ids and legal values. */
  #careful = false;

  /** @param tokens of an admin, of a machine, and of others who may less */
  constructor(seed: number, documents: ReadonlyMap<string, Source>, tokens: readonly string[]) {
    this.#random = new Random(seed);
    this.#nasty = nastyValues(seed);
    this.#documents = documents;
    this.#tokens = tokens;
  }

  /** Remembers ids of an answer, so that later requests meet rows that are there. */
  learn(kind: string, body: unknown): void {
    for (const row of Array.isArray(body) ? body.slice(0, 5) : [body]) {
      const { id, msisdn, iccid } = (row ?? {}) as Readonly<Record<string, unknown>>; // any JSON value: a scalar has none of these
      for (const one of [id, kind === 'msisdn' ? msisdn : kind === 'esim' ? iccid : null]) {
        if (typeof one !== 'string' || one === '' || one.length > 60) continue;
        keep(this.#ids, one, this.#random);
        if (!this.#byKind.has(kind)) this.#byKind.set(kind, []);
        keep(this.#byKind.get(kind)!, one, this.#random);
      }
    }
  }

  next(): Knock {
    const random = this.#random;
    this.#careful = random.chance(0.5);
    const row = random.pick(fuzzed);
    const service: ServiceName = row.service === '*' ? random.pick(serviceNames) : row.service;
    const method = !this.#careful && random.chance(0.04) ? random.pick(['PUT', 'HEAD', 'OPTIONS', 'PATCH', 'DELETE']) : row.method;
    const body = method === 'GET' || method === 'HEAD' ? undefined : this.#body(row);
    return { row, service, method, path: this.#path(row) + this.#query(row), headers: this.#headers(row), ...(body === undefined ? {} : { body }) };
  }

  #path(row: Operation): string {
    const random = this.#random;
    const template = random.pick([row.path, row.path, ...row.aliases]);
    const path = template.replace(/(\w+)\/\{\w+\}/g, (_, kind: string) => `${kind}/${encoded(this.#id(kind))}`);
    return random.chance(0.03) ? `${path}/` : path;
  }

  #id(kind: string): string {
    const random = this.#random;
    if (!this.#careful && random.chance(0.15)) return this.#text().slice(0, 200) || 'x';
    const known = this.#byKind.get(sameKind[kind] ?? kind) ?? [];
    if (known.length > 0 && (this.#careful || random.chance(0.8))) return random.pick(known);
    return this.#ids.length > 0 && random.chance(0.5) ? random.pick(this.#ids) : `X-00${random.below(10)}`;
  }

  #text(): string {
    const value = this.#random.pick(this.#nasty);
    return (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed().slice(0, 400);
  }

  #query(row: Operation): string {
    const random = this.#random;
    if (this.#careful || random.chance(row.kind === 'list' ? 0.1 : 0.7)) return '';
    const pairs = Array.from({ length: 1 + random.below(3) }, () => this.#pair(row));
    return `?${pairs.join('&')}`;
  }

  #pair(row: Operation): string {
    const random = this.#random;
    const name = this.#name(row);
    const known = [...this.#ids, '2026-04', '2026-04-11T09:00:00Z', 'true', '10', 'active', 'completed'];
    const value = random.chance(0.5) ? this.#text() : random.pick(known);
    const roll = random.next();
    if (roll < 0.12) return `limit=${random.pick(['0', '1', '5', '1000', '-1', '1e3', '', encoded(value)])}`;
    if (roll < 0.2) return `offset=${random.pick(['0', '1', '100000', '999999999999999', '-1', encoded(value)])}`;
    if (roll < 0.3) return `sort=${encoded(random.pick(['', '-', '+']) + name)}${random.chance(0.3) ? ',id' : ''}`;
    if (roll < 0.38) return `fields=${encoded(random.chance(0.7) ? name : value)}`;
    const operator = random.pick(['=', '=', '=', '.gt=', '.gte=', '.lt=', '.lte=', '.ne=', '.regex=', '%3E', '%3C=', '!=', '%3E%3D', '*=', '']);
    return `${encoded(name)}${operator}${encoded(value)}${random.chance(0.1) ? `;${encoded(this.#text())}` : ''}`;
  }

  /** A parameter of the operation, an attribute at any depth, or nothing that anybody knows. */
  #name(row: Operation): string {
    const random = this.#random;
    if (random.chance(0.1)) return this.#text().slice(0, 60) || 'x';
    const own = row.query.map(({ name }) => name);
    const schema = Object.values(resources).find((one) => one.api === row.api && one.resource === row.resource)?.schema;
    if (schema === undefined || random.chance(0.2)) return own.length > 0 ? random.pick(own) : 'id';
    return this.#attribute(row.api, schema, 0);
  }

  #attribute(api: string, schema: string, depth: number): string {
    const members = Object.entries(attributes[api]?.[schema] ?? {});
    if (members.length === 0) return 'id';
    const [name, kind] = this.#random.pick(members);
    const inner = kind.replaceAll('[]', '');
    return inner.startsWith('#') && depth < 4 && this.#random.chance(0.8) ? `${name}.${this.#attribute(api, inner.slice(1), depth + 1)}` : name;
  }

  #headers(row: Operation): Record<string, string> {
    const random = this.#random;
    const some = (probability: number, name: string, values: readonly string[]): Record<string, string> => (random.chance(this.#careful ? probability : probability / 2) ? { [name]: random.pick(values) } : {});
    const plain = row.mediaTypes.filter((type) => !type.includes('json-patch'));
    const token = this.#tokens[0]!;
    if (this.#careful) return { 'x-bss-api-token': token, ...some(plain.length > 0 ? 1 : 0, 'content-type', plain) };
    const odd = ['', ' ', '*', 'x'.repeat(300), '"', ',', 'a;b=c', '\u00e9'];
    return {
      'x-bss-api-token': random.chance(0.75) ? token : random.pick([...this.#tokens.filter((_, i) => i !== machine || !ofSaga(row)), 'nobody']),
      ...(row.mediaTypes.length > 0 ? { 'content-type': random.chance(0.95) ? random.pick(row.mediaTypes) : random.pick(['text/plain', 'application/json; charset=latin1', '', 'application/json;', 'json']) } : {}),
      ...some(0.05, 'accept', ['*/*', 'text/html', ...odd]),
      ...some(0.1, 'prefer', ['dry-run', 'dry-run', 'wait=5, dry-run', ...odd]),
      ...some(0.1, 'idempotency-key', ['k1', 'k2', 'k3', `k${random.below(1000)}`, ...odd]),
      ...some(0.08, 'if-match', ['*', 'W/"1"', '"1"', 'W/"999"', ...odd]),
      ...some(0.08, 'if-none-match', ['*', 'W/"1"', 'W/"2"', ...odd]),
      ...some(0.05, 'x-bss-channel', ['cli', 'llm', 'portal_csr', ...odd]),
      ...some(0.05, 'x-bss-actor', ['ada', ...odd]),
      ...some(0.05, 'x-bss-on-behalf-of', ['CUST-001', 'CUST-999', ...odd]),
      ...some(0.05, 'x-request-id', ['r1', ...odd]),
      ...some(0.05, 'traceparent', ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-00000000000000000000000000000000-0000000000000000-00', ...odd]),
    };
  }

  #body(row: Operation): string | undefined {
    const random = this.#random;
    const source = this.#documents.get(row.key);
    const made = source && bodyOf(source, random, random.pick([0, 0.3, 0.7, 1]));
    if (made === undefined) return random.chance(0.3) ? random.pick(['{}', '[]', 'null', 'x']) : undefined;
    if (random.chance(0.02)) return random.pick(['', '{', '[', '{"a":1,}', 'NaN', '"', '\ufeff{}', '{"a":1e999}', `{"a":${'['.repeat(200)}`]);
    // A hub would call out to whatever address chance makes up: these are refused.
    const named = row.kind === 'hub-create' ? { ...(made as object), callback: random.pick(unreachable) } : this.#withIds(made);
    if (this.#careful) return JSON.stringify(named);
    const whole = random.chance(0.9) ? spoilt(named, random, this.#nasty) : named;
    if (row.mediaTypes.includes('application/json-patch+json') && random.chance(0.4)) return JSON.stringify(this.#steps(whole));
    const text = JSON.stringify(whole) ?? 'null';
    return random.chance(0.01) ? text.slice(0, random.below(text.length)) : text;
  }

  /** Lets some references name rows that are there. */
  #withIds(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.#withIds(item));
    return Object.fromEntries(Object.entries(value).map(([name, member]) => {
      const kind = name.replace(/Id$/, '');
      const fitting = kind === name || typeof member !== 'string' ? undefined : this.#byKind.get(sameKind[kind] ?? kind);
      if (fitting && this.#random.chance(0.9)) return [name, this.#random.pick(fitting)];
      if (/id$/i.test(name) && typeof member === 'string' && this.#ids.length > 0 && this.#random.chance(0.2)) return [name, this.#random.pick(this.#ids)];
      return [name, this.#withIds(member)];
    }));
  }

  #steps(body: unknown): unknown[] {
    const random = this.#random;
    const members = typeof body === 'object' && body !== null ? Object.entries(body) : [];
    const pointer = (): string => random.pick(['', '/', '/-', '/id', '/nowhere/0', ...members.map(([name]) => `/${name}`), ...members.map(([name]) => `/${name}/0`), ...members.map(([name]) => `/${name}/-`), this.#text()]);
    return Array.from({ length: random.below(5) }, () => {
      const value = members.length > 0 && random.chance(0.6) ? random.pick(members)[1] : random.pick(this.#nasty);
      return { op: random.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'spoil']), path: pointer(), ...(random.chance(0.5) ? { from: pointer() } : {}), ...(random.chance(0.8) ? { value } : {}) };
    });
  }
}

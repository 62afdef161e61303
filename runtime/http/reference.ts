/**
 * What a service tells about itself, to everybody: `/` what it is, `/docs` the reference and `/policies` the
 * rules as HTML, `/openapi.json` its documents. The files are generated from specs/.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Express, Request, Response } from 'express';
import { BadRequest, NotFound } from '#runtime/errors';
import { kept } from '#runtime/kept';
import type { Operation, ServiceName } from '#runtime/operation';
import { jsonAnswer, send, type WireAnswer } from './answer.ts';

export interface ReferenceOptions {
  readonly service: ServiceName;
  readonly rows: readonly Operation[];
  /** Scheme, host and port callers see. */
  readonly base: () => string;
}

/** The members of an OpenAPI document that are read here. */
interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
}

const generated = new URL('../../generated/', import.meta.url);

export function mountReference(app: Express, options: ReferenceOptions): void {
  const reference = new Reference(options);
  app.get('/', (request, response) => reference.root(request, response));
  app.get('/openapi.json', async (request, response) => send(response, await reference.document(request.query['api'])));
  app.get('/docs', async (_request, response) => send(response, await reference.page(`${options.service}.service`)));
  app.get('/policies', async (_request, response) => send(response, await reference.page('rules')));
  // Browsers ask for it by themselves; an error would stand in the console of every page.
  app.get('/favicon.ico', (_request, response) => send(response, { status: 204, headers: {}, body: '' }));
  app.get('/docs/:api', async (request, response) => send(response, await reference.apiPage(request.params.api)));
}

class Reference {
  readonly #options: ReferenceOptions;
  /** In the order of the operation table. */
  readonly #apis: readonly string[];
  /** Answers by file, so that each is read once. */
  readonly #pages = new Map<string, Promise<WireAnswer>>();
  readonly #documents = new Map<string, Promise<Document>>();

  constructor(options: ReferenceOptions) {
    this.#options = options;
    this.#apis = [...new Set(options.rows.map(({ api }) => api))];
  }

  /** People who open the address in a browser come to the reference, programs get JSON. */
  root(request: Request, response: Response): void {
    const { service, base } = this.#options;
    if (wantsPage(request)) send(response, { status: 303, headers: { location: '/docs' }, body: '' });
    else send(response, jsonAnswer(200, { service, apis: this.#apis, docs: `${base()}/docs`, openapi: `${base()}/openapi.json`, ready: `${base()}/readyz` }));
  }

  /**
   * One document; without a name, where to find each of them.
   * @throws {NotFound} the service has no such API
   */
  async document(api: unknown): Promise<WireAnswer> {
    if (api === undefined) return jsonAnswer(200, await this.#index());
    if (typeof api !== 'string') throw new BadRequest('api names one API.');
    const document = await this.#document(this.#known(api));
    const servers = document.servers.map((server) => ({ ...server, url: new URL(server.url, this.#options.base()).href }));
    return jsonAnswer(200, { ...document, servers });
  }

  /** @throws {NotFound} the service has no such API */
  async apiPage(api: string): Promise<WireAnswer> {
    return this.page(this.#known(api));
  }

  page(name: string): Promise<WireAnswer> {
    return kept(this.#pages, name, async () => {
      const body = await readFile(new URL(`reference/${name}.html`, generated), 'utf8');
      return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policyOf(body), 'referrer-policy': 'no-referrer' }, body };
    });
  }

  async #index(): Promise<object> {
    const { service, base } = this.#options;
    const apis = await Promise.all(this.#apis.map(async (api) => {
      const { title, version } = (await this.#document(api)).info;
      return { api, title, version, document: `${base()}/openapi.json?api=${api}`, docs: `${base()}/docs/${api}` };
    }));
    return { service, apis };
  }

  #document(api: string): Promise<Document> {
    return kept(this.#documents, api, async () =>
      JSON.parse(await readFile(new URL(`openapi/${api}.json`, generated), 'utf8')) as Document); // written by tools-gen/reference/documents.ts
  }

  #known(api: string): string {
    if (!this.#apis.includes(api)) throw new NotFound('API', api);
    return api;
  }
}

/** Whether a person asks, with a browser; programs take anything and get JSON. */
export const wantsPage = (request: Request<unknown>): boolean => request.accepts(['json', 'html']) === 'html';

/** Nothing may load or run but the style that stands in the page. */
function policyOf(html: string): string {
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

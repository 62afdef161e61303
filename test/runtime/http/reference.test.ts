import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import test, { type ExecutionContext } from 'ava';
import { operations } from '#generated/operations';
import type { Operation } from '#runtime/operation';
import { serviceNames, type ServiceName } from '#runtime/services';
import { startStack, type Stack } from '../../support/stack.ts';

let stack: Stack;

test.serial('every service tells what it is, to programs as JSON and to browsers as HTML, without a token', async (t) => {
  stack = await startStack(t);
  for (const service of serviceNames) {
    const base = stack.baseUrl(service);
    const told = await (await fetch(`${base}/`)).json() as { service: string; apis: string[]; docs: string };
    t.is(told.service, service);
    t.deepEqual(told.apis, apisOf(service), service);
    const page = await fetch(`${base}/`, { headers: { accept: 'text/html' } });
    t.is(page.url, `${base}/docs`);
    const text = await page.text();
    t.regex(text, new RegExp(`<h1>Service ${service}</h1>`));
    for (const way of ['sort=-orderDate,id', 'orderDate.gte=2026-11', 'If-Match', 'Idempotency-Key', 'X-BSS-Signature']) t.true(text.includes(way), `${service}: ${way}`);
  }
  await theDocuments(t);
  await thePages(t);
  await theRules(t);
  await whatIsNotThere(t);
});

/** APIs a service answers, in the order of the table. */
const apisOf = (service: ServiceName): string[] =>
  [...new Set(Object.values<Operation>(operations).filter((row) => row.service === service || row.service === '*').map(({ api }) => api))];

interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string; readonly parameters?: readonly { readonly name: string }[] }>>>>;
}

async function theDocuments(t: ExecutionContext): Promise<void> {
  const served = new Set<string>();
  for (const service of serviceNames) {
    const base = stack.baseUrl(service);
    const index = await (await fetch(`${base}/openapi.json`)).json() as { apis: { api: string; document: string }[] };
    t.deepEqual(index.apis.map(({ api }) => api), apisOf(service));
    for (const { api, document: address } of index.apis) {
      const document = await (await fetch(here(address, base))).json() as Document;
      t.deepEqual(faults(document).slice(0, 3), [], api);
      for (const { url } of document.servers) t.regex(url, new RegExp(`^http://[^/]+:${new URL(base).port}/`), api);
      const ids = new Set(Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId)));
      for (const row of Object.values<Operation>(operations).filter((one) => one.api === api)) t.true(ids.has(row.operationId), row.key);
      if (api.startsWith('TMF')) whatTmf630Asks(t, api, document);
      served.add(api);
    }
  }
  t.is(served.size, new Set(Object.values<Operation>(operations).map(({ api }) => api)).size);
}

/** A client made from the document can ask for the order of a list, a version and an answer once given. */
function whatTmf630Asks(t: ExecutionContext, api: string, { paths }: Document): void {
  const names = (path: string, method: string): string[] => (paths[path]?.[method]?.parameters ?? []).map(({ name }) => name);
  for (const [path, item] of Object.entries(paths)) {
    if (path.startsWith('/listener/')) t.deepEqual(names(path, 'post'), [], `${api} ${path}: served by the client`);
    else if (item['post']) t.true(names(path, 'post').includes('Idempotency-Key'), `${api} ${path}`);
    if (item['patch']) t.deepEqual(names(path, 'patch'), ['id', 'If-Match', 'Idempotency-Key'], `${api} ${path}`);
    if (item['get']) t.true(names(path, 'get').includes(path.endsWith('/{id}') ? 'If-None-Match' : 'sort'), `${api} ${path}`);
  }
}

/** The schema of OpenAPI 3.0 itself, as the referee of the contract suite applies it. */
const referee = new (createRequire(import.meta.url)('express-openapi-validator/dist/framework/openapi.schema.validator.js') as Referee)
  .OpenAPISchemaValidator({ version: '3.0.3', validateApiSpec: true });

const faults = (document: Document): unknown[] => referee.validate(document).errors ?? [];

/** The part of the package's inside that has no type outside it. */
interface Referee {
  readonly OpenAPISchemaValidator: new (options: { version: string; validateApiSpec: boolean }) => { validate(document: object): { errors: unknown[] | null } };
}

/** A service on this machine calls itself localhost. */
const here = (address: string, base: string): string => address.replace(/^https?:\/\/[^/]+/, base);

async function thePages(t: ExecutionContext): Promise<void> {
  for (const service of serviceNames) {
    const base = stack.baseUrl(service);
    for (const api of apisOf(service)) {
      const answer = await fetch(`${base}/docs/${api}`);
      const html = await answer.text();
      t.is(answer.status, 200, api);
      t.is(answer.headers.get('content-type'), 'text/html; charset=utf-8');
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
      const hash = createHash('sha256').update(style).digest('base64');
      t.regex(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
      t.true(answer.headers.get('content-security-policy')?.includes(`'sha256-${hash}'`));
      t.is(/<html lang="en">[\s\S]*<title>[^<]{4,}<\/title>/.test(html), true, api);
      t.deepEqual(skippedLevels(html), [], api);
      t.notRegex(html, /<pre>|<table/, 'what scrolls can be reached by keyboard, nothing is wider than a telephone');
      t.true(html.length < weightMax, `${api} weighs ${html.length} bytes`);
      t.notRegex(html, /<script|<img|<link|<iframe|style="|src=|href="https?:/, api);
      for (const row of Object.values<Operation>(operations).filter((one) => one.api === api)) t.true(html.includes(`id="${row.operationId}"`), row.key);
      for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) t.true(html.includes(`id="${id}"`), `${api}: nothing is at #${id}`);
    }
  }
}

/** Largest page: what a browser on a telephone gets at once. */
const weightMax = 300_000;

/** Headings that are deeper by more than one than the heading before them. */
function skippedLevels(html: string): string[] {
  const levels = [...html.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
  return levels.flatMap((level, i) => (level > (levels[i - 1] ?? 0) + 1 ? [`h${levels[i - 1] ?? 0} h${level}`] : []));
}

/** A refusal names where its rule is explained: to programs as JSON, to people on the page of all rules. */
async function theRules(t: ExecutionContext): Promise<void> {
  const base = stack.baseUrl('crm');
  const html = await (await fetch(`${base}/policies`)).text();
  t.deepEqual(skippedLevels(html), []);
  for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) t.true(html.includes(`id="${id}"`), `nothing is at #${id}`);
  for (const rule of ['kyc.attest.document_taken', 'case.transition.invalid']) {
    t.like(await (await fetch(`${base}/policies/${rule}`)).json(), { code: rule, status: 422 });
    const answer = await fetch(`${base}/policies/${rule}`, { headers: { accept: 'text/html,*/*;q=0.8' }, redirect: 'manual' });
    t.is(answer.status, 303);
    t.is(answer.headers.get('location'), `/policies#r-${rule}`);
    t.true(html.includes(`id="r-${rule}"`), rule);
  }
  t.is((await fetch(`${base}/policies/no.such.rule`, { headers: { accept: 'text/html' } })).status, 404);
  t.is((await fetch(`${base}/favicon.ico`)).status, 204, 'no error in the console of a browser');
}

async function whatIsNotThere(t: ExecutionContext): Promise<void> {
  const base = stack.baseUrl('crm');
  for (const path of ['/docs/TMF620', '/docs/..%2f..%2fpackage', '/openapi.json?api=TMF620', '/openapi.json?api=../inputs']) {
    const answer = await fetch(base + path);
    t.is(answer.status, 404, path);
    t.is((await answer.json() as { '@type': string })['@type'], 'Error', path);
  }
  t.is((await fetch(`${base}/openapi.json?api=TMF621&api=TMF629`)).status, 400);
}

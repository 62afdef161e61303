/** A stack with rows of every resource: what our own services write beside what a client posts. */
import type { ExecutionContext } from 'ava';
import { ok } from '#runtime/client';
import { customer, line, orderOf, placeOrder, ended, topUp, use } from '../support/story.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { bodyOf, listed, sources, type Listed } from './listed.ts';
import { Random } from './random.ts';
import { jsonOf, Wire, type Reply } from './wire.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Shelf {
  readonly stack: Stack;
  readonly wire: Wire;
}

/** More than ten pages of one row. */
export const postedRows = 11;

/** Starts a stack, lives a story on it and posts rows of everything that can be posted. */
export async function fillShelf(t: ExecutionContext, end: Pick<ExecutionContext, 'teardown'>): Promise<Shelf> {
  const stack = await startStack(end);
  const wire = new Wire(stack);
  end.teardown(() => wire.close());
  await liveThrough(stack);
  await postAll(t, wire);
  await stack.settle();
  return { stack, wire };
}

/** A line that is used up and topped up, a payment given back, an order that was cancelled too late. */
async function liveThrough(stack: Stack): Promise<void> {
  const customerId = await customer(stack);
  const bought = await line(stack, customerId);
  await use(stack, bought.msisdn, 100);
  for (let i = 0; i < 10; i += 1) await topUp(stack, bought.id);
  const other = await customer(stack);
  const { id = '' } = await placeOrder(stack, other, 'PLAN_M');
  await ended(stack, id);
  await stack.settle();
  const order = await orderOf(stack, id);
  await ok(stack.clients.TMF622.POST('/cancelProductOrder', { body: { productOrder: { id: order.id ?? '' } } })).catch(() => undefined); // refused, and that is on record
  const [payment] = await ok(stack.clients.TMF676.GET('/payment', {}));
  await ok(stack.clients.TMF676.POST('/refund', { body: { payment: { id: payment?.id ?? '' }, totalAmount: { unit: 'SGD', value: 1 }, account: { id: 'x' }, paymentMethod: {} } })).catch(() => undefined); // whatever becomes of it
}

async function postAll(t: ExecutionContext, wire: Wire): Promise<void> {
  const documents = await sources();
  const random = new Random(630);
  const refused: string[] = [];
  for (const { key, create } of listed) {
    if (!create) continue;
    const source = documents.get(create.key)!; // the table and the documents have the same operations
    for (let i = 0; i < postedRows; i += 1) {
      const body = bodyOf(source, random, i === 0 ? 0 : i / (postedRows - 1));
      const reply = await post(wire, create.service, create.path, body);
      if (reply.status !== 201 && reply.status !== 202) refused.push(`${key}: ${reply.status} ${reply.text.slice(0, 600)} for ${JSON.stringify(body).slice(0, 100)}`);
    }
  }
  t.deepEqual(refused, []);
}

export const post = (wire: Wire, service: Listed['list']['service'], path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  wire.send({ service: service as never, method: 'POST', path, headers, body: JSON.stringify(body) }); // no resource of the eleven is served by all

export interface ListReply {
  readonly status: number;
  readonly rows: readonly Row[];
  readonly total: number;
  readonly count: number;
  readonly link: string;
}

/** One list request; anything but a list fails the test. */
export async function list(t: ExecutionContext, { wire }: Shelf, { list: operation }: Listed, query: string): Promise<ListReply> {
  const path = `${operation.path}${query === '' ? '' : `?${query}`}`;
  const reply = await wire.send({ service: operation.service as never, method: 'GET', path }); // as above
  if (reply.status !== 200 && reply.status !== 206) t.fail(`GET ${path}: ${reply.status} ${reply.text}`);
  const rows = reply.status < 300 ? (jsonOf(reply) as Row[]) : []; // a list answers an array of rows
  const { 'x-total-count': total, 'x-result-count': count, link } = reply.headers;
  return { status: reply.status, rows, total: Number(total), count: Number(count), link: String(link) };
}

/** A GET below the collection's path: `?limit=1`, `/ORD-001`. */
export const get = ({ wire }: Shelf, { list: { service, path } }: Listed, rest: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  wire.send({ service: service as never, method: 'GET', path: `${path}${rest}`, headers }); // as above

/** Any request below the collection's path; a body that is no text goes as JSON. */
export function send({ wire }: Shelf, { list: { service, path } }: Listed, method: string, rest: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return wire.send({ service: service as never, method, path: `${path}${rest}`, headers, ...(text === undefined ? {} : { body: text }) }); // as above
}

/** Path of a row below its collection. */
export const at = (row: Row | undefined): string => `/${encodeURIComponent(String(row?.['id']))}`;

/** An answer that refuses: its status, and the body every refusal of ours has (DOMAIN §10). */
export function refused(t: ExecutionContext, reply: Reply, status: number, message?: string): void {
  t.is(reply.status, status, `${message ?? ''} ${reply.text.slice(0, 300)}`);
  const { code, reason, '@type': type, ...body } = jsonOf(reply) as Row; // every refusal has a body
  t.is(typeof code, 'string');
  t.is(typeof reason, 'string');
  t.is(body['status'], String(status));
  t.true(type === 'Error' || type === 'PolicyViolation');
}

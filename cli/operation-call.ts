import { readFileSync } from 'node:fs';
import { UsageError } from 'clipanion';
import type { Client } from 'openapi-fetch';
import { addresses } from '#generated/clients';
import { operations } from '#generated/operations';
import { ok } from '#runtime/client';
import type { Operation } from '#runtime/operation';
import { serviceNames, type ServiceName } from '#runtime/services';
import { confirm } from './confirm.ts';
import { oneOf } from './choice.ts';
import { textFrom } from './input.ts';
import { nearest } from './nearest.ts';
import { jsonText, type Output } from './output.ts';
import type { Session } from './session.ts';

export interface OperationCall {
  readonly key: string;
  readonly parameters: readonly string[];
  readonly headers: readonly string[];
  readonly data: string | undefined;
  readonly service: string | undefined;
}

// The caller names the operation at run time, so no document can type the call.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyClient = Client<any>;

/** Every row of the operation table: key, method, path, words of the command line. */
export function listOperations(output: Output): number {
  const rows = Object.values<Operation>(operations).map(({ key, method, path, cli, readonly }) => ({ id: key, method, path, command: cli ?? '', writes: !readonly }));
  if (output.scripted) output.rows(rows, 'Operation');
  else for (const { id, method, path, command } of rows) output.data(`${id.padEnd(40)} ${method.padEnd(6)} ${path}${command ? `   bss ${command}` : ''}`);
  return 0;
}

/** `bss api <key>`: reaches every row of the operation table. @returns the exit code */
export async function callOperation(session: Session, call: OperationCall): Promise<number> {
  const operation = operationOf(call.key);
  const { path, query } = placed(operation, call.parameters.map((text) => pair(text, '=', '-p')));
  const body = call.data === undefined ? undefined : await bodyOf(session, call.data);
  if (operation.money || operation.destructive) await confirm(session, () => Promise.resolve(questionOf(operation, path)));
  const headers = { ...(operation.readonly ? {} : session.once.headers), ...Object.fromEntries(call.headers.map((text) => pair(text, ':', '-H'))) };
  const { client, basePath } = clientOf(session, operation, call.service);
  const request = client.request(operation.method.toLowerCase() as 'get', operation.path.slice(basePath.length), {
    params: { path, query }, headers, ...(body === undefined ? {} : { body }),
  });
  const answer: unknown = await ok(request as Promise<{ data?: unknown; error?: unknown; response: Response }>);
  if (session.dryRun && !operation.readonly) return session.showDryRun(answer);
  if (answer === undefined || answer === null) session.output.say('done');
  else await print(session, answer);
  return 0;
}

/** The answer as it came; less of it, or by lines, where that was asked for. */
async function print({ asked, output }: Session, answer: unknown): Promise<void> {
  if (output.options.fields.length === 0 && !asked.plain && !asked.quiet) return output.data(jsonText(answer, asked.json ? 0 : 2));
  if (Array.isArray(answer)) return output.rows(answer as readonly object[], ''); // lists answer arrays of objects
  return output.show(answer as object); // an answer with a body is JSON, and no operation answers a bare value
}

/** @throws UsageError with the nearest key */
function operationOf(key: string): Operation {
  const all: Readonly<Record<string, Operation>> = operations;
  const found = all[key];
  if (found) return found;
  const meant = nearest(key, Object.keys(all));
  throw new UsageError(`There is no operation "${key}"${meant ? `; did you mean ${meant}?` : '; bss api lists them.'}`);
}

function pair(text: string, sign: string, option: string): readonly [string, string] {
  const at = text.indexOf(sign);
  if (at < 1) throw new UsageError(`${option} takes name${sign}value; it is "${text}".`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** Parameters named in the path go there, all others into the query. @throws UsageError when one is missing */
function placed({ pathParams, key }: Operation, pairs: readonly (readonly [string, string])[]): { path: Record<string, string>; query: Record<string, string> } {
  const path = Object.fromEntries(pairs.filter(([name]) => pathParams.includes(name)));
  const missing = pathParams.find((name) => !path[name]);
  if (missing !== undefined) throw new UsageError(`${key} needs -p ${missing}=…`);
  return { path, query: Object.fromEntries(pairs.filter(([name]) => !pathParams.includes(name))) };
}

async function bodyOf(session: Session, data: string): Promise<unknown> {
  const text = data === '-' ? await textFrom(session) : data.startsWith('@') ? fileText(data.slice(1)) : data;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const questionOf = ({ key, money }: Operation, path: Readonly<Record<string, string>>): string =>
  `${key} ${Object.values(path).join(' ')} ${money ? 'moves money' : 'ends or undoes something'}. Go on?`.replace(/ {2,}/g, ' ');

function clientOf({ clients }: Session, operation: Operation, service: string | undefined): { client: AnyClient; basePath: string } {
  const { basePath } = (addresses as Readonly<Record<string, { basePath: string }>>)[operation.api] ?? { basePath: '' };
  const ofApi = (clients as unknown as Readonly<Record<string, AnyClient | ((service: ServiceName) => AnyClient)>>)[operation.api]; // one member per API
  if (!ofApi) throw new Error(`no client was generated for the API of ${operation.key}`);
  if (typeof ofApi !== 'function') return { client: ofApi, basePath };
  return { client: ofApi(oneOf(service ?? 'crm', serviceNames, '--service')), basePath };
}

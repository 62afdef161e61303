import { operations } from '#generated/operations';
import type { Operation } from '#runtime/operation';
import type { ServiceName } from '#runtime/services';
import type { Stack } from '../../support/stack.ts';

interface Hub {
  readonly service: ServiceName;
  readonly path: string;
}

/** Where an API takes subscriptions. */
export function hubOf(api: string): Hub {
  const found = Object.values<Operation>(operations).find((row) => row.kind === 'hub-create' && row.api === api);
  if (!found || found.service === '*') throw new Error(`${api} has no hub`);
  return { service: found.service, path: found.path };
}

export const hubApis: readonly string[] = Object.values<Operation>(operations).filter(({ kind }) => kind === 'hub-create').map(({ api }) => api);

export function subscribe(stack: Stack, api: string, body: object): Promise<Response> {
  const { service, path } = hubOf(api);
  return stack.fetch(service, path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, 'cli');
}

export const unsubscribe = (stack: Stack, api: string, id: string): Promise<Response> =>
  stack.fetch(hubOf(api).service, `${hubOf(api).path}/${id}`, { method: 'DELETE' }, 'cli');

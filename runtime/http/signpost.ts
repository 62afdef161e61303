import { operations } from '#generated/operations';
import type { Operation, ServiceName } from '#runtime/operation';

/** `/tmf-api/troubleTicket/v4` of a path below it; null for one that has no version in it. */
const baseOf = (path: string): string | null => /^\/.*?\/v\d+(?=\/|$)/.exec(path)?.[0] ?? null;

/** Who answers below each base path; `*` is everybody. */
function bases(): Map<string, ServiceName | '*'> {
  const found = new Map<string, ServiceName | '*'>();
  for (const { path, aliases, service } of Object.values<Operation>(operations)) {
    for (const one of [path, ...aliases]) found.set(baseOf(one) ?? one, service);
  }
  return found;
}

/** Tells somebody who asked for a path that is not there where the paths are. */
export function signpost(service: ServiceName, path: string): string {
  const known = bases();
  const owner = known.get(baseOf(path) ?? '');
  if (owner !== undefined && owner !== service && owner !== '*') return `${path} is no path of ${service}: ${owner} answers it.`;
  const own = [...known].filter(([, of]) => of === service).map(([base]) => base);
  const where = owner === undefined ? `It answers below ${own.join(', ')}. ` : '';
  return `${path} is no path of ${service}. ${where}/docs lists them all.`;
}

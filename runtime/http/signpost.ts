import { operations } from '#generated/operations';
import type { Operation, ServiceName } from '#runtime/operation';

const rows = (): Operation[] => Object.values<Operation>(operations);
const pathsOf = ({ path, aliases }: Operation): string[] => [path, ...aliases];

/** `/tmf-api/troubleTicket/v4` of a path below it; null for one that has no version in it. */
const baseOf = (path: string): string | null => /^\/.*?\/v\d+(?=\/|$)/.exec(path)?.[0] ?? null;

/** A path of the table, in whatever case, with any ids. */
const matcher = (path: string): RegExp => new RegExp(`^${path.toLowerCase().replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/*$`);

/** Who answers below each base path; `*` is everybody. */
const bases = (): Map<string, ServiceName | '*'> =>
  new Map(rows().flatMap((row) => pathsOf(row).map((path): [string, ServiceName | '*'] => [baseOf(path) ?? path, row.service])));

/** Tells somebody who asked for a path that is not there where it is, or where the paths are. */
export function signpost(service: ServiceName, path: string): string {
  const spelt = rows().flatMap(pathsOf).find((one) => matcher(one).test(path.toLowerCase()));
  const known = bases();
  const owner = known.get(baseOf(spelt ?? path) ?? '');
  if (owner !== undefined && owner !== service && owner !== '*') return `${path} is no path of ${service}: ${owner} answers it.`;
  if (spelt !== undefined) return `${path} is no path of ${service}. Did you mean ${spelt}?`;
  const own = [...known].filter(([, of]) => of === service).map(([base]) => base);
  const where = owner === undefined ? `It answers below ${own.join(', ')}. ` : '';
  return `${path} is no path of ${service}. ${where}/docs lists them all.`;
}

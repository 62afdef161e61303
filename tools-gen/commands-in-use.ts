/** Which commands the command line has: the documents also name some that are still to come. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperationSource } from './operation-rows.ts';

/** Words of every command below `root`; undefined where there is no command line. */
export async function commandsInUse(root: string): Promise<ReadonlySet<string> | undefined> {
  const table = await readFile(join(root, 'cli/commands.ts'), 'utf8').catch(absentAsUndefined);
  return table === undefined ? undefined : new Set([...table.matchAll(/\{ path: '([^']+)'/g)].map(([, path = '']) => path));
}

/** The rows without the commands that nobody could type yet. */
export const withCommands = (sources: readonly OperationSource[], commands: ReadonlySet<string> | undefined): OperationSource[] =>
  sources.map((source) => (commands === undefined || source.row.cli === null || commands.has(source.row.cli) ? source : { ...source, row: { ...source.row, cli: null } }));

function absentAsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

import { commands, type Entry } from './commands.ts';
import { nearest } from './nearest.ts';

/** What the words of a command line mean. */
export type Meaning =
  | { readonly kind: 'command'; readonly entry: Entry }
  | { readonly kind: 'group'; readonly group: string; readonly rest: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly typed: string; readonly meant: string | undefined; readonly group?: string };

/** Finds the command by its leading words; options come after them. */
export function meaningOf(argv: readonly string[]): Meaning {
  const end = argv.findIndex((word) => word.startsWith('-'));
  const words = end === -1 ? argv : argv.slice(0, end);
  const [first = '', second = ''] = words;
  if (first === '') return { kind: 'none' };
  const entry = commands.find(({ path }) => path === `${first} ${second}`) ?? commands.find(({ path }) => path === first);
  if (entry) return { kind: 'command', entry };
  const isGroup = commands.some(({ path }) => path.startsWith(`${first} `));
  if (second === '' && isGroup) return { kind: 'group', group: first, rest: argv.slice(1) };
  return { kind: 'unknown', typed: second ? `${first} ${second}` : first, meant: meantBy(first, second), ...(isGroup ? { group: first } : {}) };
}

function meantBy(first: string, second: string): string | undefined {
  const paths = commands.filter(({ hidden }) => !hidden).map(({ path }) => path);
  const ofGroup = paths.filter((path) => path.startsWith(`${first} `));
  if (ofGroup.length > 0) return nearest(`${first} ${second}`, ofGroup);
  const groups = [...new Set(paths.map((path) => path.split(' ')[0] ?? ''))];
  return nearest(`${first} ${second}`.trim(), paths) ?? nearest(first, groups);
}

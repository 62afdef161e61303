import type { Definition } from 'clipanion';
import { commands, groups, type Entry } from './commands.ts';
import { version } from './version.ts';

const groupOf = ({ path }: Entry): string => (path.includes(' ') ? (path.split(' ')[0] ?? '') : '');

/** The overview: every command with one sentence, without reading the code of any. */
export function overview(): string {
  const shown = commands.filter(({ hidden }) => !hidden);
  const column = Math.max(...shown.map(({ path }) => path.length));
  const blocks = Object.entries(groups).map(([group, head]) => [head, ...shown.filter((entry) => groupOf(entry) === group).map((entry) => line(entry, column)), '']);
  return [
    `BSS-CLI ${version}: a telecom business support system in your terminal`, '', 'Usage: bss <command> [options]', '', ...blocks.flat(),
    'bss <command> --help tells the options of one. What shows data takes --json, --plain and --quiet.',
    'First steps: make up, bss doctor, make demo.', '',
  ].join('\n');
}

/** The commands of one group. */
export function groupHelp(group: string): string {
  const shown = commands.filter((entry) => groupOf(entry) === group && !entry.hidden);
  const column = Math.max(...shown.map(({ path }) => path.length));
  return [`Usage: bss ${group} <command> [options]`, '', ...shown.map((entry) => line(entry, column)), ''].join('\n');
}

const line = ({ path, summary }: Entry, column: number): string => `  ${path.padEnd(column)}  ${summary}`;

/** Everything about one command. */
export function commandHelp({ usage, description = '', details, examples = [], options }: Definition): string {
  const rows = options.map((option) => [option.definition.replace('#0', 'VALUE').replace(/^(--[\w-]+),(-\w)/, '$1, $2'), (option.description ?? '').trim()] as const);
  const column = Math.max(0, ...rows.map(([definition]) => definition.length));
  const shown = examples.map(([label, example]) => `  ${label.trim()}\n    ${example}`);
  return [
    `${description.trim()}\n`, `Usage: ${usage} [options]\n`,
    ...(details ? [`${details.trim()}\n`] : []),
    'Options', ...rows.map(([definition, text]) => `  ${definition.padEnd(column)}  ${text}`),
    ...(shown.length > 0 ? ['', 'Examples', ...shown] : []), '',
  ].join('\n');
}

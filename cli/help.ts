import type { Definition } from 'clipanion';
import { commands, groups, type Entry } from './commands.ts';
import { version } from './version.ts';

const groupOf = ({ path }: Entry): string => (path.includes(' ') ? (path.split(' ')[0] ?? '') : '');

/** Columns to write for: those of the terminal; a pipe gets one line for each command, as `grep` wants it. */
export function columnsOf(stream: object, env: Readonly<Record<string, string | undefined>>): number {
  const known = Number(env['COLUMNS']) || ('columns' in stream ? Number(stream.columns) : 0);
  return known > 0 ? Math.max(known, columnsMin) : Number.POSITIVE_INFINITY;
}

const columnsMin = 60;

/** The overview: every command with one sentence, without reading the code of any. */
export function overview(columns: number): string {
  const shown = commands.filter(({ hidden }) => !hidden);
  const column = Math.max(...shown.map(({ path }) => path.length));
  const blocks = Object.entries(groups).map(([group, head]) => [head, ...shown.filter((entry) => groupOf(entry) === group).flatMap((entry) => line(entry, column, columns)), '']);
  return [
    `BSS-CLI ${version}: a telecom business support system in your terminal`, '', 'Usage: bss <command> [options]', '', ...blocks.flat(),
    ...wrap('bss <command> --help tells the options of one. What shows data takes --json, --plain and --quiet.', columns),
    'First steps: make up, bss doctor, make demo.', '',
  ].join('\n');
}

/** The commands of one group. */
export function groupHelp(group: string, columns: number): string {
  const shown = commands.filter((entry) => groupOf(entry) === group && !entry.hidden);
  const column = Math.max(...shown.map(({ path }) => path.length));
  return [`Usage: bss ${group} <command> [options]`, '', ...shown.flatMap((entry) => line(entry, column, columns)), ''].join('\n');
}

const line = ({ path, summary }: Entry, column: number, columns: number): string[] => hanging(path, column, summary, columns);

/** Two columns; the text of the second goes on below its first word. */
function hanging(head: string, column: number, text: string, columns: number): string[] {
  const [first = '', ...more] = wrap(text, columns - column - 4);
  return [`  ${head.padEnd(column)}  ${first}`.trimEnd(), ...more.map((part) => ' '.repeat(column + 4) + part)];
}

/** Breaks between words; a word that is too long stays whole. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || `${last} ${word}`.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The last option of `BssCommand`, whose options every command has which speaks to the services. */
const lastCommon = '--width';

/** Everything about one command: its own options first, those of every command last. */
export function commandHelp({ usage, description = '', details = '', examples = [], options }: Definition, columns: number): string {
  const rows = options.map((option) => [option.definition.replace('#0', 'VALUE').replace(/^(--?[\w-]+),(-{1,2}\w)/, '$1, $2'), (option.description ?? '').trim()] as const);
  const column = Math.max(0, ...rows.map(([definition]) => definition.length));
  const own = rows.findIndex(([definition]) => definition.startsWith(lastCommon)) + 1;
  const block = (head: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', head, ...lines]);
  const optionLines = (shown: typeof rows): string[] => shown.flatMap(([definition, text]) => hanging(definition, column, text, columns));
  return [
    ...wrap(description.trim(), columns), '', `Usage: ${usage} [options]`,
    ...paragraphs(details).flatMap((text) => ['', ...wrap(text, Math.min(columns, proseColumns))]),
    ...block('Options', optionLines(rows.slice(own))),
    ...block('Examples', examples.flatMap(([label, example]) => [`  ${label.trim()}`, `    ${example}`])),
    ...block('Options of every command', optionLines(rows.slice(0, own))), '',
  ].join('\n');
}

const proseColumns = 80;

/** Running text, however its source is broken into lines. */
const paragraphs = (text: string): string[] => text.trim().split(/\n\s*\n/).map((part) => part.trim().replace(/\s+/g, ' ')).filter((part) => part !== '');

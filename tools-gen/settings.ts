/** docs/reference/settings.md: every setting, its default and its legal values. */
import { borrowed, configuration, families, settingGroups } from '#runtime/configuration';
import type { Setting } from '#runtime/setting';
import type { GeneratedFile } from './banner.ts';
import type { Inputs } from './inputs.ts';

export function settingsFile({ settingsInUse }: Inputs): GeneratedFile {
  const keys = new Map(Object.entries(configuration).map(([key, setting]) => [setting.name, key]));
  const isPlanned = ({ name }: Setting<unknown>): boolean => !settingsInUse.has(keys.get(name) ?? '');
  const body = [
    '# Settings', '',
    `${keys.size} environment variables, read once when a process starts. What is wrong ends the start with one sentence that names the setting;`,
    'a name that starts with `BSS_` and is not on this page is refused too. An empty variable counts as absent. `bss doctor` checks them.', '',
    'A *secret* is never shown, in no log and no error. On one machine they are made by the first `make up` and kept in `secrets.json` of',
    '`BSS_HOME`, readable by its owner only; what is exported wins. No two secrets may be equal.', '',
    ...settingGroups.flatMap(({ title, settings }) => [
      `## ${title}`, '',
      ...table(['name', 'default', 'legal values', 'unit', 'meaning'], Object.values<Setting<unknown>>(settings).map((setting) => cellsOf(setting, isPlanned(setting)))), '',
    ]),
    '## Of somebody', '', 'Names that hold a name: `<NAME>` of a service, portal or tool (`CRM`, `CLI`), `<ROLE>` of a database role (`CRM`, `PLATFORM`).', '',
    ...table(['name', 'legal values', 'meaning'], Object.values(families).map((family) =>
      [code(family.name), 'check' in family ? 'secret of 32 characters or more' : family.type, sentence(family.description, 'check' in family)])), '',
    '## Of others', '', ...table(['name', 'legal values', 'meaning'], borrowed.map(({ name, type, description }) => [code(name), type, description])), '',
  ].join('\n');
  return { path: 'docs/reference/settings.md', generator: 'tools-gen/settings.ts', inputs: ['runtime/configuration.ts'], body };
}

const cellsOf = (setting: Setting<unknown>, isPlanned: boolean): string[] =>
  [code(setting.name), defaultOf(setting), setting.type, setting.unit ?? '', `${sentence(setting.description, setting.secret)}${isPlanned ? ' *Nothing asks for it yet.*' : ''}`];

const sentence = (description: string, isSecret: boolean): string => `${isSecret ? '*Secret.* ' : ''}${description}`;

/** As written in the environment; what the mode decides comes behind it. */
function defaultOf({ fallback, fallbackByEnv, required }: Setting<unknown>): string {
  if (required) return 'must be set';
  const byMode = Object.entries(fallbackByEnv).map(([mode, text]) => `${shown(text)} in ${mode}`);
  return [fallback === null ? 'none' : shown(fallback), ...byMode].join('; ');
}

const shown = (text: string): string => (text === '' ? 'empty' : code(text));

const code = (text: string): string => `\`${text}\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`, `|${head.map(() => '-|').join('')}`, ...rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
];

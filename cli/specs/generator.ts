/** The tools that read specs/ run as programs of their own: they need what only a checkout for development has. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from 'clipanion';
import { projectFolder } from '#runtime/home';
import { SetupError } from '#runtime/setup-error';
import { jsonText, type Output } from '../output.ts';
import { painted } from '../renderers/look.ts';
import { alignedLines } from '../renderers/table.ts';
import { card } from '../renderers/card.ts';
import { clean } from '../renderers/text.ts';

interface Diff {
  readonly changes: readonly { readonly api: string; readonly breaking: boolean; readonly text: string }[];
  /** Files whose pinned text is not at hand. */
  readonly unknown: readonly string[];
}

interface Difference {
  readonly api: string;
  readonly source: string;
  readonly text: string;
}

const runMsMax = 120_000;
const bytesMax = 64 * 1024 * 1024;

/** `bss specs diff`. @returns the exit code: 1 when a change breaks clients */
export async function showDiff(output: Output): Promise<number> {
  const { changes, unknown } = JSON.parse(await answerOf('lock.ts', ['--diff', '--json'])) as Diff; // what lock.ts prints
  const breaking = changes.filter((change) => change.breaking).length;
  if (output.options.json) for (const change of changes) output.data(jsonText(change));
  else if (output.scripted) for (const { api, breaking: breaks, text } of changes) output.data([api, breaks ? 'breaking' : 'compatible', clean(text)].join('\t'));
  else output.raw(card({ title: 'Specs against their lock', marks: [`${changes.length} changes`, `${breaking} breaking`], lines: changeLines(changes, output) }, output.look));
  for (const file of unknown) output.say(`${file}: its pinned text is not in the history of git, so what changed in it is not known`);
  return breaking > 0 || unknown.length > 0 ? 1 : 0;
}

const changeLines = (changes: Diff['changes'], { look }: Output): string[] => (changes.length === 0 ? [painted('nothing changed', 'dim', look)] : alignedLines([
  { head: 'api', cell: ({ api }) => clean(api) },
  { head: 'for clients', cell: ({ breaking }) => (breaking ? 'breaking' : 'compatible'), paint: (text, { breaking }) => (breaking ? painted(text, 'red', look) : text) },
  { head: 'change', cell: ({ text }) => clean(text), flexible: true },
], changes, look));

/** `bss specs verify`. @returns the exit code: 1 when the documents differ; @throws {UsageError} a file is not there */
export async function showVerify(output: Output, files: readonly string[]): Promise<number> {
  const paths = files.map((file) => resolve(file));
  const absent = paths.find((path) => !existsSync(path));
  if (absent !== undefined) throw new UsageError(`There is no file ${clean(absent)}.`);
  const found = JSON.parse(await answerOf('verify.ts', ['--json', '--', ...paths])) as Difference[]; // what verify.ts prints
  if (output.options.json) for (const difference of found) output.data(jsonText(difference));
  else if (output.scripted) for (const { api, source, text } of found) output.data([api, source, text].map(clean).join('\t'));
  else output.raw(card({ title: 'Specs against the official documents', marks: [found.length === 0 ? 'the same' : `${found.length} differences`], lines: differenceLines(found, output) }, output.look));
  return found.length === 0 ? 0 : 1;
}

const differenceLines = (found: readonly Difference[], { look }: Output): string[] => (found.length === 0 ? [painted('every operation, property and limit agrees', 'dim', look)] : alignedLines([
  { head: 'api', cell: ({ api }) => clean(api) }, { head: 'theirs says', cell: ({ text }) => clean(text), flexible: true },
], found, look));

/**
 * What a tool prints; it ends with 1 where it found something.
 * @throws {SetupError} the tool cannot run here, or cannot read its input
 */
async function answerOf(tool: string, args: readonly string[]): Promise<string> {
  if (!existsSync(join(projectFolder, 'node_modules', 'yaml'))) {
    throw new SetupError('What reads specs/ is not installed here; `make gen` installs it.', 1);
  }
  try {
    return (await promisify(execFile)(process.execPath, [join(projectFolder, 'tools-gen', tool), ...args], { timeout: runMsMax, maxBuffer: bytesMax })).stdout;
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string }; // what execFile rejects with
    if (code === 1 && stdout.trim() !== '') return stdout;
    throw new SetupError(stderr.trim().split('\n')[0] || `tools-gen/${tool} could not be run`, 2, { cause: error });
  }
}

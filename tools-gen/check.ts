/** What keeps generated/ from being what its generators write (npm run gen:check). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absentAsEmpty, isAbsent } from './absent.ts';
import { isUntouched, readBanner, withBanner, type GeneratedFile } from './banner.ts';
import { digestsPath, readDigests } from './digests.ts';

export type Finding = 'stale' | 'hand-edited' | 'missing' | 'unexpected';

export interface Difference {
  path: string;
  finding: Finding;
  /** What to know about it, a half sentence. */
  detail: string;
}

type Digests = Readonly<Record<string, string>>;

/** Compares the files below `root` with what would be generated from inputs of the given hashes. */
export async function differences(root: string, files: readonly GeneratedFile[], digests: Digests): Promise<Difference[]> {
  const before = readDigests(await textOf(root, digestsPath) ?? '');
  const compared = await Promise.all(files.map(async (file) => differenceOf(file, await textOf(root, file.path), before, digests)));
  const unexpected = (await strayFiles(root, files)).map((path): Difference => ({ path, finding: 'unexpected', detail: 'no generator writes it' }));
  return [...compared.filter((each) => each !== undefined), ...unexpected];
}

function differenceOf(file: GeneratedFile, text: string | undefined, before: Digests, now: Digests): Difference | undefined {
  const { path } = file;
  if (text === undefined) return { path, finding: 'missing', detail: `${file.generator} writes it` };
  const expected = withBanner(file);
  if (text === expected) return undefined;
  if (!isUntouched(text)) return { path, finding: 'hand-edited', detail: readBanner(text) ? 'its content hash is wrong' : 'its banner is gone' };
  if (bodyOf(text) === file.body) return { path, finding: 'hand-edited', detail: 'its banner was changed' };
  const changed = changedInputs(file.inputs, before, now);
  return { path, finding: 'stale', detail: changed.length > 0 ? `changed: ${changed.join(', ')}` : `changed: ${file.generator} or a tool it uses` };
}

const bodyOf = (text: string): string => text.slice(text.indexOf('\n') + 1);

/** The inputs below the named files and folders that were changed, added or removed since the last generation. */
function changedInputs(inputs: readonly string[], before: Digests, now: Digests): string[] {
  const all = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return all.filter((file) => before[file] !== now[file] && inputs.some((input) => file === input || file.startsWith(`${input}/`)));
}

/** Files in generated/ and pages in docs/reference/ that no generator writes. */
export async function strayFiles(root: string, files: readonly GeneratedFile[]): Promise<string[]> {
  const expected = new Set(files.map(({ path }) => path));
  const found = [...await filesIn(root, 'generated', true), ...await filesIn(root, 'docs/reference', false)];
  return found.filter((path) => !expected.has(path)).sort();
}

async function filesIn(root: string, folder: string, recursive: boolean): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive, withFileTypes: true }).catch(absentAsEmpty);
  return entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath.slice(root.length + 1)}/${entry.name}`.replaceAll('\\', '/'));
}

/** The text of a file; undefined when there is none. */
export async function textOf(root: string, path: string): Promise<string | undefined> {
  return readFile(join(root, path), 'utf8').catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
}

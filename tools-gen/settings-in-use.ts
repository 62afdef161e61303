/** Which settings the code asks for: some belong to parts that are still to come. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configuration } from '#runtime/configuration';
import { absentAsEmpty } from './absent.ts';

const folders = ['cli', 'db', 'events', 'handlers', 'policy', 'runtime'];
const definitions = 'runtime/configuration.ts';

/** Keys of the configuration that stand in the code below `root` besides their definition. */
export async function settingsInUse(root: string): Promise<ReadonlySet<string>> {
  const words = new Set((await Promise.all(folders.map((folder) => wordsOf(root, folder)))).flat());
  return new Set(Object.keys(configuration).filter((key) => words.has(key)));
}

async function wordsOf(root: string, folder: string): Promise<string[]> {
  const names = (await readdir(join(root, folder), { recursive: true }).catch(absentAsEmpty)).filter((name) => name.endsWith('.ts'));
  const paths = names.map((name) => `${folder}/${name.replaceAll('\\', '/')}`).filter((path) => path !== definitions);
  const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')));
  return texts.flatMap((text) => [...new Set(text.match(/\b[a-z]\w+\b/g))]);
}

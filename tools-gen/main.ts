/**
 * node tools-gen/main.ts           writes generated/ and the generated references (npm run gen)
 * node tools-gen/main.ts --check   fails where they differ from what would be written (npm run gen:check)
 *
 * Either works on this checkout, or on the one named by --root.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readBanner, withBanner, type GeneratedFile } from './banner.ts';
import { differences, strayFiles, textOf } from './check.ts';
import { generate } from './generate.ts';
import { readInputs } from './inputs.ts';
import { checkLock } from './lock.ts';
import { SpecError } from './spec-error.ts';
import { PatchError } from './spec-patch.ts';

/** Writes what differs and removes generated files that nothing writes any more; how many of each. */
async function write(root: string, files: readonly GeneratedFile[]): Promise<{ written: number; removed: number }> {
  let written = 0;
  for (const file of files) {
    const text = withBanner(file);
    if (await textOf(root, file.path) === text) continue;
    await mkdir(dirname(join(root, file.path)), { recursive: true });
    await writeFile(join(root, file.path), text);
    written += 1;
  }
  let removed = 0;
  for (const path of await strayFiles(root, files)) {
    if (!readBanner(await textOf(root, path) ?? '')) continue; // somebody's own file: the check reports it
    await rm(join(root, path));
    removed += 1;
  }
  return { written, removed };
}

/** One line per problem; none when everything is as generated. */
async function problems(root: string, files: readonly GeneratedFile[], digests: Readonly<Record<string, string>>): Promise<string[]> {
  const found = await differences(root, files, digests);
  const lines = found.map(({ path, finding, detail }) => `${finding}: ${path} (${detail})`);
  return [...lines, ...(await checkLock(root)).map((line) => `lock: ${line}`)];
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, root: { type: 'string' } } });
  const root = resolve(values.root ?? join(import.meta.dirname, '..'));
  const started = performance.now();
  const inputs = await readInputs(root);
  const files = await generate(inputs);
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
  if (!values.check) {
    const { written, removed } = await write(root, files);
    console.log(`generated ${files.length} files in ${seconds()} s: ${written} written, ${removed} removed`);
    return 0;
  }
  const lines = await problems(root, files, inputs.digests);
  for (const line of lines) console.error(line);
  console.log(lines.length === 0 ? `generated/ is up to date: ${files.length} files in ${seconds()} s` : `${lines.length} problems; npm run gen writes generated/ anew`);
  return lines.length === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof SpecError || error instanceof PatchError)) throw error;
  console.error(error.message);
  return 1;
});

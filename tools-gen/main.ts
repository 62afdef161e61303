/**
 * node tools-gen/main.ts           writes generated/ and the generated references (npm run gen)
 * node tools-gen/main.ts --check   fails where they differ from what would be written (npm run gen:check)
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { withBanner } from './banner.ts';
import { generate } from './generate.ts';
import { readInputs } from './inputs.ts';
import { SpecError } from './spec-error.ts';

const root = join(import.meta.dirname, '..');

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const started = performance.now();
  const files = await generate(await readInputs(root));
  for (const file of files) {
    await mkdir(dirname(join(root, file.path)), { recursive: true });
    await writeFile(join(root, file.path), withBanner(file));
  }
  console.log(`${files.length} files in ${((performance.now() - started) / 1000).toFixed(1)} s`, values.check);
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof SpecError)) throw error;
  console.error(error.message);
  return 1;
});

/**
 * node tools-gen/sdk.ts [--out <folder>] [typescript] [python] [java] [go]     (npm run sdks, make sdks)
 * node tools-gen/sdk.ts --validate
 *
 * Writes an SDK per language to dist/sdk/<language>/, all languages when none is named, and the
 * documents they are made from to dist/sdk/openapi/; or lets the generator judge every document.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readInputs } from './inputs.ts';
import { sdkDocument } from './sdk/document.ts';
import { Generator, javaVersion } from './sdk/generator.ts';
import { isLanguageName, languageNames, languages, type LanguageName } from './sdk/languages.ts';
import type { Sdk } from './sdk/language.ts';
import { modulesOf } from './sdk/module.ts';
import { sizeOf, writePackage } from './sdk/package.ts';
import { lastLines } from './sdk/program.ts';
import { SdkError } from './sdk/sdk-error.ts';
import { SpecError } from './spec-error.ts';
import { PatchError } from './spec-patch.ts';

const root = resolve(import.meta.dirname, '..');

function asked(names: readonly string[]): readonly LanguageName[] {
  const unknown = names.find((name) => !isLanguageName(name));
  if (unknown !== undefined) throw new SdkError(`There is no SDK for ${unknown}: choose among ${languageNames.join(', ')}.`);
  return names.length > 0 ? names.filter(isLanguageName) : languageNames;
}

async function writeDocuments(folder: string): Promise<Sdk> {
  const inputs = await readInputs(root);
  const modules = modulesOf(inputs);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const module of modules) await writeFile(join(folder, `${module.name}.json`), `${JSON.stringify(sdkDocument(inputs, module), null, 1)}\n`);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }; // our own file
  return { version, modules };
}

async function validate(generator: Generator, { modules }: Sdk, documents: string): Promise<number> {
  let bad = 0;
  for (const { name } of modules) {
    const { valid, output } = await generator.validate(join(documents, `${name}.json`));
    if (!valid) bad += 1;
    const notes = output.split('\n').filter((line) => /^\s+- /.test(line)).map((line) => line.trim().slice(2));
    console.log(`${valid ? 'valid ' : 'WRONG '} ${name}${notes.length > 0 ? `: ${notes.join('; ')}` : ''}`);
    if (!valid) console.log(lastLines(output));
  }
  console.log(`${modules.length} documents, ${bad} with errors`);
  return bad === 0 ? 0 : 1;
}

/** As somebody standing here would write it. */
const shown = (path: string): string => (relative('.', path).startsWith('..') ? path : relative('.', path));

const secondsSince = (begin: number): string => ((performance.now() - begin) / 1000).toFixed(1);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string', default: join(root, 'dist/sdk') }, validate: { type: 'boolean', default: false } } });
  const wanted = asked(positionals);
  const java = await javaVersion();
  const out = resolve(values.out);
  const documents = join(out, 'openapi');
  const sdk = await writeDocuments(documents);
  console.log(`${sdk.modules.length} documents; Java ${java}; getting the OpenAPI Generator ...`);
  const generator = await Generator.get(root);
  if (values.validate) return validate(generator, sdk, documents);
  const work = join(out, `.work-${process.pid}`);
  try {
    for (const name of wanted) {
      const begin = performance.now();
      console.log(`${languages[name].title}: generating with OpenAPI Generator ${generator.version} ...`);
      const target = join(out, name);
      await writePackage(generator, languages[name], sdk, { root, documents, work: join(work, name), target });
      const { files, bytes } = await sizeOf(target);
      console.log(`${languages[name].title}: ${shown(target)}, ${files} files, ${(bytes / 1e6).toFixed(1)} MB in ${secondsSince(begin)} s`);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof SdkError || error instanceof SpecError || error instanceof PatchError)) throw error;
  console.error(error.message);
  return 1;
});

/** Makes one package of what the generator wrote for each module of one language. */
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Generator } from './generator.ts';
import { metaAttributes, type Language, type Sdk } from './language.ts';
import type { SdkModule } from './module.ts';
import { lastLines, runProgram } from './program.ts';
import { SdkError } from './sdk-error.ts';

export interface Place {
  /** This checkout. */
  readonly root: string;
  /** Folder of the documents, `<module>.json`. */
  readonly documents: string;
  /** Folder for what is not yet whole. */
  readonly work: string;
  /** Where the package belongs; what is there is replaced at the very end. */
  readonly target: string;
}

const compileMsMax = 5 * 60_000;

/** @throws {SdkError} the generator or the compiler refuses something */
export async function writePackage(generator: Generator, language: Language, sdk: Sdk, { root, documents, work, target }: Place): Promise<void> {
  const configurations: string[] = [];
  for (const module of sdk.modules) {
    const file = join(work, `${module.name}.json`);
    await write(file, JSON.stringify(configurationOf(language, module, sdk, join(documents, `${module.name}.json`), join(work, module.name))));
    configurations.push(file);
  }
  await generator.generate(configurations);
  const parcel = join(work, 'package');
  for (const module of sdk.modules) await takeOver(language, module, join(work, module.name), parcel);
  for (const [path, text] of Object.entries(language.files(sdk))) await write(join(parcel, path), text);
  await cp(join(root, 'LICENSE'), join(parcel, 'LICENSE'));
  if (language.generator === 'typescript-fetch') await compile(root, parcel);
  await rm(target, { recursive: true, force: true });
  await mkdir(dirname(target), { recursive: true });
  await rename(parcel, target);
}

/** Configuration of one run (https://openapi-generator.tech/docs/configuration). */
function configurationOf(language: Language, module: SdkModule, { version }: Sdk, inputSpec: string, outputDir: string): object {
  return {
    inputSpec, outputDir, generatorName: language.generator,
    additionalProperties: { ...language.options(module), artifactVersion: version },
    nameMappings: Object.fromEntries(metaAttributes.map((name) => [name, language.metaName(name)])),
    globalProperties: { apiTests: 'false', modelTests: 'false', apiDocs: 'false', modelDocs: 'false' },
  };
}

async function takeOver(language: Language, module: SdkModule, written: string, parcel: string): Promise<void> {
  const from = join(written, language.from(module));
  const entries = await readdir(from).catch(() => []); // none: said below
  const kept = entries.filter((name) => !name.startsWith('.') && !language.leaves.includes(name));
  if (kept.length === 0) throw new SdkError(`The generator wrote nothing for ${module.name} in ${language.title}.`);
  await mkdir(join(parcel, language.to(module)), { recursive: true });
  for (const name of kept) await rename(join(from, name), join(parcel, language.to(module), name));
}

/** A package of TypeScript is used as JavaScript with types. */
async function compile(root: string, parcel: string): Promise<void> {
  const { code, output } = await runProgram(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', parcel], { msMax: compileMsMax });
  if (code !== 0) throw new SdkError(`The TypeScript that was generated does not compile:\n${lastLines(output)}`);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** How much there is below a folder. */
export async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size));
  return { files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/**
 * The OpenAPI Generator: a Java archive that @openapitools/openapi-generator-cli fetches at its first
 * use, in the version openapitools.json pins, and keeps below .cache/. It is run here, not by that
 * package, so that nothing of it outlives a run that takes too long.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '#runtime/ids';
import { lastLines, runProgram, type Ran } from './program.ts';
import { SdkError } from './sdk-error.ts';

/** What was tried; a new version of openapitools.json needs its own. */
const archive = { version: '7.25.0', sha256: '41ce4f6b07f196676439d710759fa1ced7a08066d06ff1bf314681470289efae' };

const javaMinimum = 11;
const minute = 60_000;
const fetchMsMax = 5 * minute;
const generateMsMax = 5 * minute;

/**
 * Version of the Java on the path.
 * @throws {SdkError} there is none, or it is too old
 */
export async function javaVersion(): Promise<string> {
  const { code, output } = await runProgram('java', ['-version'], { msMax: minute }).catch(() => ({ code: 1, output: '' }));
  const version = /version "([^"]+)"/.exec(output)?.[1];
  // Java 8 calls itself 1.8.
  if (code !== 0 || !version || Number.parseInt(version.replace(/^1\./, ''), 10) < javaMinimum) {
    throw new SdkError(`${version ? `Java ${version} is too old` : 'Java is not installed'}. Install a Java runtime ${javaMinimum} or newer, then run this again.`);
  }
  return version;
}

export class Generator {
  readonly #jar: string;
  readonly version = archive.version;

  private constructor(jar: string) {
    this.#jar = jar;
  }

  /**
   * Fetches the archive where it is missing and compares it with the one that was tried.
   * @throws {SdkError} it cannot be fetched, or is another one
   */
  static async get(root: string): Promise<Generator> {
    const config = JSON.parse(await readFile(join(root, 'openapitools.json'), 'utf8')) as { 'generator-cli': { version: string; storageDir: string } }; // our own file
    const { version, storageDir } = config['generator-cli'];
    if (version !== archive.version) throw new SdkError(`openapitools.json asks for the generator ${version}; its hash is not in tools-gen/sdk/generator.ts.`);
    const jar = join(root, storageDir, `${version}.jar`);
    if (await hashOf(jar) === null) await fetchArchive(root);
    const found = await hashOf(jar);
    if (found === archive.sha256) return new Generator(jar);
    await rm(jar, { force: true });
    throw new SdkError(`The generator that was fetched is not the ${version} that was tried, so it is thrown away (sha256 ${found ?? 'of nothing'}). Run this again; should it stay so, do not trust its source.`);
  }

  /** Writes one tree per configuration file, all in one Java process. @throws {SdkError} with the end of its output */
  async generate(configurations: readonly string[]): Promise<void> {
    const { code, output } = await this.#run(['batch', '--fail-fast', '--threads', '2', ...configurations], generateMsMax);
    if (code !== 0) throw new SdkError(`The generator ${code === null ? 'took too long' : 'failed'}. It said:\n${lastLines(output)}`);
  }

  /** What the generator finds wrong with a document and what it would like better. */
  async validate(document: string): Promise<{ valid: boolean; output: string }> {
    const { code, output } = await this.#run(['validate', '--recommend', '-i', document], minute);
    return { valid: code === 0, output };
  }

  #run(args: readonly string[], msMax: number): Promise<Ran> {
    return runProgram('java', ['-Dfile.encoding=UTF-8', '-jar', this.#jar, ...args], { msMax });
  }
}

/** Asking for its version is what makes the package fetch the archive. */
async function fetchArchive(root: string): Promise<void> {
  const cli = join(root, 'node_modules/@openapitools/openapi-generator-cli/main.js');
  const { code, output } = await runProgram(process.execPath, [cli, 'version'], { cwd: root, msMax: fetchMsMax });
  if (code !== 0) throw new SdkError(`The generator ${archive.version} cannot be fetched from Maven Central; ${wayOut(output)} and run this again. It said:\n${lastLines(output)}`);
}

/** A proxy that opens TLS shows a certificate of its own, which Node knows only when it is told. */
export const wayOut = (output: string): string =>
  (/\bCERT_|_CERT\b|CERT_IN_CHAIN|_SIGNATURE\b/.test(output) ? 'name the certificate of your proxy in NODE_EXTRA_CA_CERTS' : 'check the network');

async function hashOf(file: string): Promise<string | null> {
  const bytes = await readFile(file).catch(() => null); // absent: it is yet to be fetched
  return bytes && sha256(bytes);
}

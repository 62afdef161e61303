/**
 * npm run specs:verify -- [--json] <official Swagger 2.0 or OpenAPI file, fact file, or folder>…
 *
 * Compares the vendored documents, as they were imported, with an official download,
 * property by property. Exit 1 with the differences.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FactsError, type Facts } from './import/facts.ts';
import { readInputs } from './import/read-facts.ts';
import { changeText, diffFacts } from './spec-diff.ts';

export interface Difference {
  /** `TMF622`. */
  api: string;
  /** The input it was found against. */
  source: string;
  /** What the input has (`added`), lacks (`removed`) or says otherwise than ours. */
  text: string;
}

/** All differences between the documents in `specDir` and `inputs`; none when they agree. Throws FactsError for an unreadable input. */
export async function verify(specDir: string, inputs: string[]): Promise<Difference[]> {
  const ours = new Map((await readInputs([specDir])).map((facts) => [facts.api, facts]));
  return (await readInputs(inputs)).flatMap((theirs) => differencesTo(ours.get(theirs.api), theirs));
}

function differencesTo(ours: Facts | undefined, theirs: Facts): Difference[] {
  const difference = (text: string): Difference => ({ api: theirs.api, source: theirs.source, text });
  if (!ours) return [difference('there is no such document among ours')];
  const elsewhere = theirs.basePaths.filter((path) => path !== '' && !ours.basePaths.includes(path));
  return [
    ...elsewhere.map((path) => difference(`base path ${path} is not among ours: ${ours.basePaths.join(', ')}`)),
    ...diffFacts(ours, theirs).map((change) => difference(changeText(change))),
  ];
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false }, specs: { type: 'string', default: join(import.meta.dirname, '../specs/tmf') } } });
  if (positionals.length === 0) {
    console.error('usage: npm run specs:verify -- <official Swagger 2.0 or OpenAPI file, fact file, or folder>…');
    return 2;
  }
  const differences = await verify(values.specs, positionals);
  if (values.json) console.log(JSON.stringify(differences));
  else report(differences);
  return differences.length === 0 ? 0 : 1;
}

function report(differences: readonly Difference[]): void {
  for (const { api, source, text } of differences) console.log(`${api} (${source}): ${text}`);
  console.log(differences.length === 0 ? 'specs/tmf agrees with the input' : `${differences.length} differences`);
}

if (import.meta.main) {
  process.exitCode = await main().catch((error: unknown) => {
    if (!(error instanceof FactsError)) throw error;
    console.error(error.message);
    return 1;
  });
}

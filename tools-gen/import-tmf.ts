/**
 * bin/node tools-gen/import-tmf.ts <fact file, official Swagger 2.0 or OpenAPI file, or folder>… [--out specs/tmf]
 *
 * Writes one OpenAPI 3.0.3 document per API. The same input gives the same bytes.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildDocument, documentText, fileNameOf } from './import/build.ts';
import { FactsError } from './import/facts.ts';
import { readInputs } from './import/read-facts.ts';

export interface ImportedDocument {
  file: string;
  operations: number;
  schemas: number;
  properties: number;
}

/** Writes the documents of `inputs` below `out` and counts what each holds. Throws FactsError for an unreadable input. */
export async function importDocuments(inputs: string[], out: string): Promise<ImportedDocument[]> {
  const all = await readInputs(inputs);
  await mkdir(out, { recursive: true });
  return Promise.all(all.map(async (facts) => {
    const file = fileNameOf(facts);
    await writeFile(join(out, file), documentText(buildDocument(facts)));
    const schemas = Object.values(facts.schemas);
    const properties = schemas.reduce((sum, schema) => sum + Object.keys(schema.properties ?? {}).length, 0);
    return { file, operations: facts.operations.length, schemas: schemas.length, properties };
  }));
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string', default: 'specs/tmf' } } });
  if (positionals.length === 0) {
    console.error('usage: bin/node tools-gen/import-tmf.ts <fact file, Swagger 2.0 or OpenAPI file, or folder>… [--out specs/tmf]');
    return 2;
  }
  for (const each of await importDocuments(positionals, values.out)) {
    console.log(`${each.file}: ${each.operations} operations, ${each.schemas} schemas, ${each.properties} properties`);
  }
  return 0;
}

if (import.meta.main) {
  process.exitCode = await main().catch((error: unknown) => {
    if (!(error instanceof FactsError)) throw error;
    console.error(error.message);
    return 1;
  });
}

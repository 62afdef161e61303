/** generated/inputs.ts: the hashes of what generated/ was made from, so that a difference can name its cause. */
import type { GeneratedFile } from './banner.ts';
import type { Inputs } from './inputs.ts';
import { literal, quoted } from './source.ts';

export const digestsPath = 'generated/inputs.ts';

export function digestsFile({ digests }: Inputs): GeneratedFile {
  const body = [
    '/** SHA-256 of every file generated/ was made from. */',
    'export const inputs: Readonly<Record<string, string>> = {',
    ...Object.entries(digests).map(([file, hash]) => `  ${quoted(file)}: ${literal(hash)},`), '};', '',
  ].join('\n');
  return { path: digestsPath, generator: 'tools-gen/digests.ts', inputs: ['specs'], body };
}

/** The hashes in the text of a generated/inputs.ts. */
export function readDigests(text: string): Record<string, string> {
  const rows = [...text.matchAll(/^ {2}'([^']+)': '([0-9a-f]{64})',$/gm)];
  return Object.fromEntries(rows.map(([, file = '', hash = '']) => [file, hash]));
}

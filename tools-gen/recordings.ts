/** docs/reference/examples/: what a stack answered, and the rules it can refuse by; `npm run examples` writes them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absentAsEmpty } from './absent.ts';

/** One request with its answer, volatile parts made steady. */
export interface Example {
  /** Operation, `TMF629.createCustomer`. */
  readonly key: string;
  /** What it shows, a half sentence. */
  readonly title: string;
  readonly request: { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body?: unknown };
  readonly answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body?: unknown };
}

/** A rule of the policy catalogue as people read it. */
export interface RuleText {
  readonly code: string;
  readonly title: string;
  /** The condition in words. */
  readonly when: string;
  readonly status: number;
  /** Ways out, `{name}` standing for what the case brings; none where they depend on the case. */
  readonly fix: readonly string[];
}

export interface Recordings {
  /** By API. */
  readonly examples: Readonly<Record<string, readonly Example[]>>;
  readonly rules: readonly RuleText[];
}

export const recordingsFolder = 'docs/reference/examples';
export const rulesFile = 'rules.json';

/** Everything recorded below `root`; nothing where the folder is absent. */
export async function readRecordings(root: string): Promise<Recordings> {
  const names = (await readdir(join(root, recordingsFolder)).catch(absentAsEmpty)).filter((name) => name.endsWith('.json')).sort();
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(root, recordingsFolder, name), 'utf8'));
  const apis = names.filter((name) => name !== rulesFile);
  // Written by the recorder, whose test reads them back.
  const examples = await Promise.all(apis.map(async (name) => [name.replace(/\.json$/, ''), await read(name) as Example[]] as const));
  return { examples: Object.fromEntries(examples), rules: names.includes(rulesFile) ? await read(rulesFile) as RuleText[] : [] };
}

/**
 * specs/lock.json: the vendored documents and overlays by hash. A change of one breaks
 * the build until it is accepted:
 *
 * node tools-gen/lock.ts            checks
 * node tools-gen/lock.ts --diff     prints what was changed for clients since, breaking changes marked; as JSON with --json
 * node tools-gen/lock.ts --update   prints what changes for clients, breaking changes marked, and rewrites the lock
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { sha256 } from '#runtime/ids';
import { isAbsent } from './absent.ts';
import { FactsError } from './import/facts.ts';
import { factsOf, parseJson } from './import/read-facts.ts';
import { apiOf } from './load-spec.ts';
import { applyPatch, PatchError, readPatch, type SpecPatch } from './spec-patch.ts';
import { changeText, diffFacts, type Change } from './spec-diff.ts';
import { pinnedText } from './spec-history.ts';

export interface LockedFile {
  sha256: string;
  /** Version of the document; the date of an overlay. */
  version: string;
}

interface Lock {
  files: Record<string, LockedFile>;
}

/** Texts of vendored files by path below the root. */
type Texts = Record<string, string>;

const lockFile = 'specs/lock.json';
const folders = [['specs/tmf', '.json'], ['specs/patches', '.yaml']] as const;

/** What keeps the build from passing: one line per vendored file that is not as pinned, naming what changed in it. */
export async function checkLock(root: string): Promise<string[]> {
  const lock = await readLock(root);
  const texts = await vendoredTexts(root);
  const names = [...new Set([...Object.keys(lock.files), ...Object.keys(texts)])].sort();
  const problems = await Promise.all(names.map((file) => problemsOf(root, file, lock.files[file], texts[file])));
  return problems.flat();
}

const remedy = 'accept it with npm run specs:update';

async function problemsOf(root: string, file: string, locked: LockedFile | undefined, text: string | undefined): Promise<string[]> {
  if (!locked) return [`${file} is not in ${lockFile}; ${remedy}`];
  if (text === undefined) return [`${file} is in ${lockFile} but missing; ${remedy}`];
  if (sha256(text) === locked.sha256) return [];
  const changes = await changesOf(root, file, locked, text);
  return changes.map((change) => `${file} was changed: ${change}; ${remedy}`);
}

async function changesOf(root: string, file: string, locked: LockedFile, text: string): Promise<string[]> {
  if (!file.startsWith('specs/tmf/')) return ['an overlay differs from its pinned text'];
  const before = await pinnedText(root, file, locked.sha256);
  if (before === undefined) return ['its hash differs and the pinned text is not in the history'];
  try {
    const changes = diffFacts(factsOf(parseJson(file, before), file), factsOf(parseJson(file, text), file)).map(changeText);
    return changes.length > 0 ? changes : ['only its wording'];
  } catch (error) {
    if (error instanceof FactsError) return [`it is no longer a document (${error.message})`];
    throw error;
  }
}

export interface ApiChange extends Change {
  api: string;
}

export interface LockUpdate {
  changes: ApiChange[];
  /** Files whose hash changed. */
  files: string[];
  /** Files whose pinned text was not found, so that `changes` may lack theirs. */
  unknown: string[];
}

/**
 * Pins the vendored files as they are and tells what that changes for clients, overlays
 * included. Throws FactsError or PatchError, and pins nothing, when a document or an
 * overlay cannot be read or an overlay no longer fits.
 */
export async function updateLock(root: string): Promise<LockUpdate> {
  const texts = await vendoredTexts(root);
  const changed = await changesSince(root, await readLock(root), texts);
  await writeFile(join(root, lockFile), lockText(texts));
  return changed;
}

/** What pinning would change for clients. Throws as updateLock does. */
export async function lockChanges(root: string): Promise<LockUpdate> {
  return changesSince(root, await readLock(root), await vendoredTexts(root));
}

async function changesSince(root: string, lock: Lock, texts: Texts): Promise<LockUpdate> {
  const files = [...new Set([...Object.keys(lock.files), ...Object.keys(texts)])].sort().filter((file) => hashOf(texts[file]) !== lock.files[file]?.sha256);
  const { before, unknown } = await pinnedTexts(root, lock, texts);
  return { changes: diffApis(before, texts), files, unknown };
}

function hashOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : sha256(text);
}

async function pinnedTexts(root: string, lock: Lock, texts: Texts): Promise<{ before: Texts; unknown: string[] }> {
  const before: Texts = {};
  const unknown: string[] = [];
  for (const [file, locked] of Object.entries(lock.files)) {
    const now = texts[file];
    const text = now !== undefined && sha256(now) === locked.sha256 ? now : await pinnedText(root, file, locked.sha256);
    if (text === undefined) unknown.push(file);
    else before[file] = text;
  }
  return { before, unknown };
}

function diffApis(before: Texts, after: Texts): ApiChange[] {
  const left = effectiveFacts(before);
  const right = effectiveFacts(after);
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((api): ApiChange[] => {
    const old = left.get(api);
    const now = right.get(api);
    if (old && now) return diffFacts(old, now).map((change) => ({ api, ...change }));
    const kind = now ? 'added' : 'removed';
    return [{ api, kind, subject: 'document', name: api, breaking: kind === 'removed' }];
  });
}

/** The APIs as clients meet them, each document with its overlays. */
function effectiveFacts(texts: Texts) {
  const files = Object.keys(texts).sort();
  const patches = files.filter((file) => file.startsWith('specs/patches/')).map((file) => readPatch(file, parse(texts[file] ?? '')));
  const documents = files.filter((file) => file.startsWith('specs/tmf/'));
  return new Map(documents.map((file) => [apiOf(file), effectiveFactsOf(file, texts[file] ?? '', patches)]));
}

function effectiveFactsOf(file: string, text: string, patches: SpecPatch[]) {
  const own = patches.filter((patch) => patch.target.includes(apiOf(file)));
  // A vendored file is a JSON object; factsOf checks what it reads.
  return factsOf(own.reduce(applyPatch, parseJson(file, text) as object), file);
}

function lockText(texts: Texts): string {
  const files = Object.keys(texts).sort().map((file) => [file, lockedFile(file, texts[file] ?? '')] as const);
  return `${JSON.stringify({ files: Object.fromEntries(files) }, null, 2)}\n`;
}

function lockedFile(file: string, text: string): LockedFile {
  if (file.startsWith('specs/patches/')) return { sha256: sha256(text), version: readPatch(file, parse(text)).date };
  return { sha256: sha256(text), version: factsOf(parseJson(file, text), file).version };
}

async function vendoredTexts(root: string): Promise<Texts> {
  const texts: Texts = {};
  for (const [folder, extension] of folders) {
    const names = (await readdir(join(root, folder))).filter((name) => name.endsWith(extension)).sort();
    for (const name of names) texts[`${folder}/${name}`] = await readFile(join(root, folder, name), 'utf8');
  }
  return texts;
}

async function readLock(root: string): Promise<Lock> {
  const text = await readFile(join(root, lockFile), 'utf8').catch((error: unknown) => {
    if (isAbsent(error)) return '{"files":{}}';
    throw error;
  });
  // Written by lockText.
  return JSON.parse(text) as Lock;
}

async function check(root: string): Promise<number> {
  const problems = await checkLock(root);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`the vendored specs are as pinned in ${lockFile}`);
  return problems.length === 0 ? 0 : 1;
}

async function update(root: string): Promise<number> {
  const changed = await updateLock(root);
  print(changed);
  console.log(`${changed.files.length} files pinned anew, ${countsText(changed)}`);
  return 0;
}

async function diff(root: string): Promise<number> {
  const changed = await lockChanges(root);
  if (process.argv.includes('--json')) {
    const { files, unknown } = changed;
    console.log(JSON.stringify({ files, unknown, changes: changed.changes.map((change) => ({ ...change, text: changeText(change) })) }));
    return 0;
  }
  print(changed);
  console.log(`${changed.files.length} files are not as pinned, ${countsText(changed)}`);
  return 0;
}

function print({ changes, unknown }: LockUpdate): void {
  for (const change of changes) console.log(`${change.breaking ? 'BREAKING ' : '         '}${change.api} ${changeText(change)}`);
  for (const file of unknown) console.log(`${file}: the pinned text is not in the history, only its hash changed`);
}

const countsText = ({ changes }: LockUpdate): string =>
  `${changes.length} changes to the APIs, ${changes.filter((change) => change.breaking).length} of them breaking`;

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const run = process.argv.includes('--update') ? update : process.argv.includes('--diff') ? diff : check;
  process.exitCode = await run(root).catch((error: unknown) => {
    if (!(error instanceof FactsError || error instanceof PatchError)) throw error;
    console.error(error.message);
    return 1;
  });
}

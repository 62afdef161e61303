/** Reads specs/ into memory: the vendored TMF documents with their overlays, and our own. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import type { OpenApiDocument } from './openapi.ts';
import { applyPatch, loadPatches, PatchError, type SpecPatch } from './spec-patch.ts';

export interface Spec {
  /** `TMF622` for a vendored document, the file's name (`subscription`) for our own. */
  api: string;
  /** Path below the root, e.g. `specs/tmf/TMF622-ProductOrdering-v4.0.0.json`. */
  file: string;
  /** Overlays that changed it, so that a generated file can name all its inputs. */
  patches: string[];
  /** Path of the first server, without a trailing slash. */
  basePath: string;
  document: OpenApiDocument;
}

/**
 * Every document of `specs/tmf` and `specs/bss` below `root`, patched, TMF first,
 * each group by name. Throws PatchError when an overlay targets an API that is not
 * there or a path that no longer exists, and Error for a file that is no OpenAPI document.
 */
export async function loadSpecs(root: string): Promise<Spec[]> {
  const patches = await loadPatches(root);
  const vendored = await loadFolder(root, 'specs/tmf', '.json');
  const own = await loadFolder(root, 'specs/bss', '.yaml');
  const specs = [...vendored, ...own];
  assertUnique(specs);
  assertTargets(patches, specs);
  return specs.map((spec) => patched(spec, patches));
}

/** The documents of one folder as they are stored, no overlay applied. */
export async function loadFolder(root: string, folder: string, extension: string): Promise<Spec[]> {
  const names = (await readdir(join(root, folder))).filter((name) => name.endsWith(extension)).sort();
  return Promise.all(names.map((name) => loadFile(root, `${folder}/${name}`)));
}

async function loadFile(root: string, file: string): Promise<Spec> {
  const source = await readFile(join(root, file), 'utf8');
  // JSON.parse is about fifty times faster than a YAML parser on the same JSON.
  const document = asDocument(file, file.endsWith('.json') ? JSON.parse(source) : parse(source));
  return { api: apiOf(file), file, patches: [], basePath: basePathOf(file, document), document };
}

/** `specs/tmf/TMF622-ProductOrdering-v4.0.0.json` → `TMF622`, `specs/bss/rating.yaml` → `rating`. */
export function apiOf(file: string): string {
  const name = basename(file).replace(/\.(json|yaml|yml)$/, '');
  return /^TMF\d{3}/.exec(name)?.[0] ?? name;
}

function asDocument(file: string, value: unknown): OpenApiDocument {
  // The members that every reader dereferences are checked here; the rest is the document's own.
  const document = value as Partial<OpenApiDocument> | null;
  if (!document?.openapi?.startsWith('3.0')) throw new Error(`${file} is no OpenAPI 3.0 document`);
  if (!document.paths || !document.components?.schemas) throw new Error(`${file} has no paths or no schemas`);
  return document as OpenApiDocument;
}

function basePathOf(file: string, document: OpenApiDocument): string {
  const url = document.servers?.[0]?.url;
  if (!url) throw new Error(`${file} names no server`);
  return url.replace(/^https?:\/\/[^/]+/, '').replace(/\/$/, '');
}

/** Two versions of one API would claim the same paths and names. */
function assertUnique(specs: Spec[]): void {
  const files = new Map<string, string>();
  for (const { api, file } of specs) {
    const other = files.get(api);
    if (other) throw new Error(`${other} and ${file} both describe ${api}: remove one`);
    files.set(api, file);
  }
}

function assertTargets(patches: SpecPatch[], specs: Spec[]): void {
  const known = new Set(specs.map((spec) => spec.api));
  for (const patch of patches) {
    const unknown = patch.target.find((api) => !known.has(api));
    if (unknown) throw new PatchError(`${patch.file}: there is no API ${unknown}`);
  }
}

function patched(spec: Spec, patches: SpecPatch[]): Spec {
  const own = patches.filter((patch) => patch.target.includes(spec.api));
  return { ...spec, patches: own.map((patch) => patch.file), document: own.reduce(applyPatch, spec.document) };
}

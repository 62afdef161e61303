/** Reads specs/ once for all generators. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { sha256 } from '#runtime/ids';
import { checkOverlay, type Overlay } from './api-overlay.ts';
import { commandsInUse, withCommands } from './commands-in-use.ts';
import { eventTypes, type EventType } from './event-types.ts';
import { loadSpecs, type Spec } from './load-spec.ts';
import { operationSources, type OperationSource } from './operation-rows.ts';
import { readRecordings, type Recordings } from './recordings.ts';
import { settingsInUse } from './settings-in-use.ts';
import { SpecError } from './spec-error.ts';
import { readTools, type ToolFile } from './tool-overlay.ts';

export interface Inputs {
  specs: readonly Spec[];
  overlay: Overlay;
  events: readonly EventType[];
  tools: ToolFile;
  sources: readonly OperationSource[];
  recordings: Recordings;
  /** Keys of the settings that some part of the product asks for. */
  settingsInUse: ReadonlySet<string>;
  /** Hash of every file below specs/ that shapes the output, by path. */
  digests: Readonly<Record<string, string>>;
}

/** The documents and the three files that say what the documents do not, parsed. */
export interface RawInputs {
  specs: Spec[];
  apis: unknown;
  events: unknown;
  tools: unknown;
  recordings: Recordings;
  settingsInUse: ReadonlySet<string>;
  /** Commands of the command line; undefined where there is none. */
  commands?: ReadonlySet<string> | undefined;
  digests: Readonly<Record<string, string>>;
}

/** Everything the generators read below `root`. Throws SpecError where it contradicts itself. */
export async function readInputs(root: string): Promise<Inputs> {
  const [specs, apis, events, tools, recordings, inUse, commands, digests] = await Promise.all([
    loadSpecs(root), readYaml(root, 'specs/apis.yaml'), readYaml(root, 'specs/events.yaml'), readYaml(root, 'specs/tools.yaml'),
    readRecordings(root), settingsInUse(root), commandsInUse(root), inputDigests(root),
  ]);
  return inputsOf({ specs, apis, events, tools, recordings, settingsInUse: inUse, commands, digests });
}

/** Joins documents and overlays, and checks that they speak of the same things. */
export function inputsOf(raw: RawInputs): Inputs {
  const overlay = checkOverlay(raw.apis, raw.specs.map((spec) => spec.api));
  const tools = readTools(raw.tools);
  const events = eventTypes(raw.events, raw.specs);
  const sources = withCommands(operationSources(raw.specs, overlay, tools), raw.commands);
  assertEvents(sources, events);
  assertTools(sources, tools);
  return { specs: raw.specs, overlay, events, tools, sources, recordings: raw.recordings, settingsInUse: raw.settingsInUse, digests: raw.digests };
}

async function readYaml(root: string, file: string): Promise<unknown> {
  return parse(await readFile(join(root, file), 'utf8'));
}

function assertEvents(sources: readonly OperationSource[], events: readonly EventType[]): void {
  const known = new Set(events.map(({ type }) => type));
  for (const { row } of sources) {
    const unknown = row.events.find((type) => !known.has(type));
    if (unknown) throw new SpecError(`${row.key} records ${unknown}, which specs/events.yaml does not name`);
  }
}

function assertTools(sources: readonly OperationSource[], { tools, untooled }: ToolFile): void {
  const keys = new Set(sources.map(({ row }) => row.key));
  const called = new Set(Object.values(tools).map((tool) => tool.operation));
  for (const [name, { operation }] of Object.entries(tools)) {
    if (!keys.has(operation)) throw new SpecError(`specs/tools.yaml: ${name} calls ${operation}, which is no operation`);
  }
  for (const { row } of sources.filter(({ spec }) => !spec.api.startsWith('TMF'))) {
    if (called.has(row.key) === (row.key in untooled)) {
      throw new SpecError(`specs/tools.yaml: ${row.key} needs a tool, or a reason below untooled, and not both`);
    }
  }
}

/** Files below specs/ that shape generated/, with their hashes; the lock and the prose do not. */
export async function inputDigests(root: string): Promise<Record<string, string>> {
  const names = await readdir(join(root, 'specs'), { recursive: true });
  const files = names.map((name) => `specs/${name.replaceAll('\\', '/')}`).filter((name) => /\.(json|yaml)$/.test(name) && name !== 'specs/lock.json');
  const digests = await Promise.all(files.sort().map(async (file) => [file, sha256(await readFile(join(root, file), 'utf8'))] as const));
  return Object.fromEntries(digests);
}

/** specs/tools.yaml: which operations are typed tools, and how they are described (AGENT-AND-CLI.md §1). */
import { SpecError } from './spec-error.ts';

export type Confirm = 'none' | 'money' | 'destructive';

export interface ToolOverlay {
  operation: string;
  purpose: string;
  not_when: string;
  example: Record<string, unknown>;
  /** Name, with `?` when it may be absent → argument type, enum schema `api#Schema`, or list of values. */
  arguments: Record<string, string | string[]>;
  rules: string[];
  profiles: string[];
  confirm: Confirm;
  result: { type: string; cap_bytes: number };
  /** Words of the command line, where the document does not say them. */
  cli?: string;
}

/** Entries as written: what most tools share may be left out. */
type Entry = Pick<ToolOverlay, 'operation' | 'purpose' | 'not_when' | 'example' | 'result'> & Partial<ToolOverlay>;

export interface ToolFile {
  tools: Record<string, ToolOverlay>;
  /** Own operation → why no tool calls it. */
  untooled: Record<string, string>;
}

const profiles = ['operator_cockpit', 'csr'];

/** Completes a parsed specs/tools.yaml. Throws SpecError for a tool without purpose, example or result (T01). */
export function readTools(value: unknown): ToolFile {
  // Members are checked one by one below.
  const file = (value ?? {}) as { tools?: Record<string, Entry>; untooled?: Record<string, string> };
  const tools = Object.entries(file.tools ?? {}).map(([name, entry]) => [name, complete(name, entry)] as const);
  return { tools: Object.fromEntries(tools), untooled: file.untooled ?? {} };
}

function complete(name: string, entry: Entry): ToolOverlay {
  if (!/^[a-z0-9_]+(\.[a-z0-9_]+)+$/.test(name)) throw new SpecError(`specs/tools.yaml: ${name} is no tool name`);
  for (const member of ['operation', 'purpose', 'not_when', 'example', 'result'] as const) {
    if (!entry[member]) throw new SpecError(`specs/tools.yaml: ${name} has no ${member}`);
  }
  return { arguments: {}, rules: [], profiles, confirm: 'none', ...entry };
}

/** The first tool of each operation: the one its row names. */
export function toolByOperation(tools: Readonly<Record<string, ToolOverlay>>): Map<string, { name: string; tool: ToolOverlay }> {
  const first = new Map<string, { name: string; tool: ToolOverlay }>();
  for (const [name, tool] of Object.entries(tools)) {
    if (!first.has(tool.operation)) first.set(tool.operation, { name, tool });
  }
  return first;
}

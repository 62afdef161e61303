import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Home } from '#runtime/home';
import { isRunning, ownMark, type ProcessMark } from '#runtime/process';
import { type ServiceName } from '#runtime/services';
import { systemCode } from '#runtime/setup-error';

export type Phase = 'database' | 'migrations' | 'seed' | 'services' | 'ready' | 'stopping' | 'failed';

export interface Endpoint {
  readonly name: ServiceName;
  readonly port: number;
}

/**
 * What the background server tells the commands: written by `bss serve --supervised` at each step,
 * read by `up`, `status` and `down`. The process mark says whether it still holds.
 */
export interface ServerState {
  readonly process: ProcessMark;
  readonly phase: Phase;
  /** Duration of each finished step in milliseconds. */
  readonly ms: Readonly<Partial<Record<Phase, number>>>;
  readonly services: readonly Endpoint[];
  readonly database: { readonly port: number; readonly embedded: boolean } | null;
  /** One sentence, when the phase is `failed`. */
  readonly error: string | null;
}

const pathOf = (home: Home): string => join(home.run, 'server.json');

export const newState = (): ServerState => ({ process: ownMark(), phase: 'database', ms: {}, services: [], database: null, error: null });

/** Whole or not at all: a reader never sees half a state. */
export function writeState(home: Home, state: ServerState): void {
  const draft = `${pathOf(home)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
  renameSync(draft, pathOf(home));
}

export function readState(home: Home): ServerState | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(home), 'utf8')) as ServerState; // written by writeState only
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The state of a server that still runs. */
export function runningServer(home: Home): ServerState | undefined {
  const state = readState(home);
  return state && isRunning(state.process) ? state : undefined;
}

export const removeState = (home: Home): void => rmSync(pathOf(home), { force: true });

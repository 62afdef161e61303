import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Environment } from './config.ts';
import { ensureSecrets } from './secrets.ts';
import { explainSystemError, SetupError, systemCode } from './setup-error.ts';

/** The folder of the project: where `package.json` is. */
export const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** Places under BSS_HOME; everything the product writes on this machine is in here. */
export interface Home {
  readonly folder: string;
  readonly secrets: string;
  /** State of the background server: process, phases, ports. */
  readonly run: string;
  readonly log: string;
  readonly mail: string;
  /** Files of import and export jobs. */
  readonly exchange: string;
  /** State of the embedded PostgreSQL; its data too, where the server's user can reach it. */
  readonly database: string;
}

/** Names the places without touching the disk. */
export function homeOf(env: Environment): Home {
  const folder = resolve(env['BSS_HOME'] || join(projectFolder, '.bss'));
  return Object.freeze({
    folder,
    secrets: join(folder, 'secrets.json'),
    run: join(folder, 'run'),
    log: join(folder, 'log'),
    mail: join(folder, 'mail'),
    exchange: join(folder, 'exchange'),
    database: join(folder, 'pg'),
  });
}

/**
 * Makes the folders. As root the home itself may be entered (not listed) by others, because the
 * database server runs as another user below it; everything secret inside has its own mode.
 * @throws SetupError when a folder cannot be made or belongs to somebody else
 */
export function makeHome(home: Home): void {
  try {
    mkdirSync(home.folder, { recursive: true, mode: 0o700 });
    if (process.getuid?.() === 0) chmodSync(home.folder, 0o711);
    for (const folder of [home.run, home.log, home.mail]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw homeError(home, error);
  }
}

/**
 * The environment with the local secrets laid under it: what is exported wins.
 * @throws SetupError when the secrets cannot be read or others can read them
 */
export function localEnvironment(env: Environment, home: Home = homeOf(env)): Environment {
  return { ...ensureSecrets(home.secrets), ...withoutEmpty(env) };
}

/** An empty variable (as compose files make them) counts as absent. */
const withoutEmpty = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));

const homeError = (home: Home, error: unknown): SetupError =>
  explainSystemError(error, home.folder) ??
  new SetupError(`${home.folder} cannot be made (${systemCode(error) || String(error)}); set BSS_HOME to another folder.`, 7, { cause: error });

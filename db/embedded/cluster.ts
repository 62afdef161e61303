import { spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomHex } from '#runtime/ids';
import { runAs, type Account } from './account.ts';
import { type Binaries } from './binaries.ts';
import { explain } from './error.ts';
import { clusterOf, type ServerRecord } from './place.ts';

/** Passwords always, over TCP on this machine and over the socket. */
const hostAccess = ['local all all scram-sha-256', 'host all all 127.0.0.1/32 scram-sha-256', ''].join('\n');

const initMsMax = 60_000;
const draftPrefix = 'cluster.draft-';

/**
 * Makes the database cluster if there is none. It grows in a draft folder and is renamed when it is
 * whole and synced, so a killed run leaves nothing that looks finished; drafts of killed runs are
 * removed. Takes about 0.5 s.
 * @returns whether a cluster was made
 */
export async function ensureCluster(record: ServerRecord, binaries: Binaries): Promise<boolean> {
  const cluster = clusterOf(record.place);
  removeDrafts(record.place);
  if (existsSync(cluster)) return false;
  const draft = join(record.place, `${draftPrefix}${randomHex(4)}`);
  try {
    await initialise(draft, record, binaries, 'C.UTF-8').catch(async (error: unknown) => {
      if (!/locale/i.test(String(error))) throw error;
      rmSync(draft, { recursive: true, force: true });
      await initialise(draft, record, binaries, 'C');
    });
    writeFileSync(join(draft, 'pg_hba.conf'), hostAccess);
    renameSync(draft, cluster);
    syncFolder(record.place);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return true;
}

/** Keeps a cluster that can no longer be opened, once, out of the way of a new one. */
export function setClusterAside(place: string): void {
  const cluster = clusterOf(place);
  if (!existsSync(cluster)) return;
  rmSync(`${cluster}.previous`, { recursive: true, force: true });
  renameSync(cluster, `${cluster}.previous`);
}

function removeDrafts(place: string): void {
  for (const name of readdirSync(place)) {
    if (name.startsWith(draftPrefix)) rmSync(join(place, name), { recursive: true, force: true });
  }
}

async function initialise(draft: string, record: ServerRecord, binaries: Binaries, locale: string): Promise<void> {
  const passwordFile = `${draft}.password`;
  writeFileSync(passwordFile, `${record.password}\n`, { mode: 0o600, flag: 'wx' });
  try {
    chownSync(passwordFile, record.account.uid, record.account.gid);
    makeEmpty(draft, record.account);
    await runInitdb(binaries.initdb, record, [
      `--pgdata=${draft}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256',
      '--encoding=UTF8', `--locale=${locale}`, '--locale-provider=libc', '--no-instructions', '--set=scram_iterations=1',
    ]);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** `TZ` spares initdb from comparing the local zone with each of 600 zone files. */
function runInitdb(program: string, record: ServerRecord, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: '/', env: { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' }, stdio: ['ignore', 'ignore', 'pipe'],
      timeout: initMsMax, killSignal: 'SIGKILL', ...runAs(record.account),
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      said = (said + part).slice(-8000);
    });
    child.once('error', (error) => reject(explain(String(error), record.place)));
    child.once('close', (code) => (code === 0 ? resolve() : reject(explain(said, record.place))));
  });
}

function makeEmpty(folder: string, account: Account): void {
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, account.uid, account.gid);
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

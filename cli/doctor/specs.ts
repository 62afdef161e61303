import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inputs } from '#generated/inputs';
import { projectFolder } from '#runtime/home';
import { sha256 } from '#runtime/ids';
import { fail, ok, warn, type Finding } from './check.ts';

const checkMsMax = 60_000;

/**
 * Whether `generated/` still says what `specs/` says: by the hashes of the inputs (T08), and where the
 * generators are installed by generating anew and comparing.
 */
export async function specCheck(): Promise<Finding> {
  const changed = Object.entries(inputs).filter(([path, hash]) => digestOf(path) !== hash).map(([path]) => path);
  if (changed.length > 0) return fail('specs', `generated/ is older than ${changed.slice(0, 3).join(', ')}${changed.length > 3 ? ' and more' : ''}`, 'make gen');
  if (!existsSync(join(projectFolder, 'node_modules', 'openapi-typescript'))) {
    return ok('specs', `${Object.keys(inputs).length} inputs unchanged (the generators are not installed, so generated/ itself was not compared)`);
  }
  return comparedAnew();
}

/** SHA-256 of a file of the project; undefined when it is gone. */
function digestOf(path: string): string | undefined {
  const file = join(projectFolder, path);
  return existsSync(file) ? sha256(readFileSync(file)) : undefined;
}

async function comparedAnew(): Promise<Finding> {
  const run = promisify(execFile)(process.execPath, [join(projectFolder, 'tools-gen', 'main.ts'), '--check'], { timeout: checkMsMax });
  try {
    return ok('specs', (await run).stdout.trim());
  } catch (error) {
    const { stderr = '', code } = error as { stderr?: string; code?: unknown }; // what execFile rejects with
    if (code !== 1) return warn('specs', `the generators could not be run: ${error instanceof Error ? error.message.split('\n')[0] ?? '' : ''}`, 'make gen');
    return fail('specs', stderr.trim().split('\n').slice(0, 3).join('; '), 'make gen');
  }
}

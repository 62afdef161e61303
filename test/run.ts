import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Everything `make test` proves, each check once, the counts last: `N passed, N failed, N skipped`.
 * A check is a program that succeeds or fails as one; the ava suites count test by test.
 */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Check {
  readonly name: string;
  readonly command: readonly string[];
  readonly msMax: number;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const minute = 60_000;
const long = process.argv.includes('--long');

const checks: readonly Check[] = [
  { name: 'generated files equal what the specs say', command: ['tools-gen/main.ts', '--check'], msMax: 2 * minute },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '--noEmit'], msMax: 4 * minute },
  { name: 'lint', command: ['node_modules/eslint/bin/eslint.js', '.'], msMax: 4 * minute },
];

const suite: Check = {
  name: 'tests',
  command: ['node_modules/ava/entrypoints/cli.js', '--tap', ...(long ? ['--config', 'ava.long.config.js'] : [])],
  msMax: (long ? 240 : 12) * minute,
};

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly ms: number;
}

/** Keeps the last megabytes of what the program says; ends it when it takes too long. */
function run(check: Check, onLine: (line: string) => void = () => undefined): Promise<Outcome> {
  const begin = performance.now();
  const child = spawn(process.execPath, check.command, {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'], timeout: check.msMax, killSignal: 'SIGKILL',
    // Each file of tests is a process of its own: what one has stripped and compiled, the others load.
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1', NODE_COMPILE_CACHE: `${root}/.cache/node` },
  });
  let output = '';
  let rest = '';
  const take = (part: string): void => {
    output = (output + part).slice(-4_000_000);
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  return new Promise((resolve) => child.once('close', (code, signal) => {
    const why = signal ? `\nended by ${signal} after ${check.msMax / 1000} s at most\n` : '';
    resolve({ code: code ?? 1, output: output + why, ms: performance.now() - begin });
  }));
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

async function runCheck(check: Check, counts: Counts): Promise<void> {
  const { code, output, ms } = await run(check);
  say(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds(ms)})`);
  counts[code === 0 ? 'passed' : 'failed'] += 1;
  if (code !== 0) say(output.split('\n').slice(-60).join('\n'));
}

/** What one line of TAP says: `ok 1 - name`, `not ok 2 - name`, `ok 3 - name # SKIP`. */
function readTap(line: string): { outcome: keyof Counts; name: string } | undefined {
  const [, not, name] = /^(not )?ok \d+(?: - (.*))?$/.exec(line) ?? [];
  if (!/^(not )?ok \d/.test(line)) return undefined;
  if (/ # (SKIP|TODO)\b/i.test(line)) return { outcome: 'skipped', name: name ?? line };
  return { outcome: not ? 'failed' : 'passed', name: name ?? line };
}

/** Runs the ava suites; of a failed test its name and what TAP indents below it are shown. */
async function runSuite(counts: Counts): Promise<void> {
  const seen: Counts = { passed: 0, failed: 0, skipped: 0 };
  let inFailure = false;
  const { code, output, ms } = await run(suite, (line) => {
    const result = readTap(line);
    if (result) seen[result.outcome] += 1;
    inFailure = result ? result.outcome === 'failed' : inFailure && /^\s/.test(line);
    if (inFailure) say(result ? `FAILED ${result.name}` : line);
  });
  // A crash of the runner itself, or a run without a single test, must never look like success.
  const unseen = (code !== 0 && seen.failed === 0) || seen.passed === 0;
  if (unseen) say(output.split('\n').slice(-60).join('\n'));
  counts.passed += seen.passed;
  counts.failed += seen.failed + (unseen ? 1 : 0);
  counts.skipped += seen.skipped;
  say(`${code === 0 && !unseen ? 'ok    ' : 'FAILED'} ${suite.name} (${seconds(ms)})`);
}

say(`Node ${process.version}, ${availableParallelism()} cores`);
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const check of checks) await runCheck(check, counts);
await runSuite(counts);
// In CI nothing may be left out silently: what cannot run there is a failure of the machine.
const failed = counts.failed > 0 || counts.passed === 0 || (process.env['CI'] === 'true' && counts.skipped > 0);
process.exitCode = failed ? 1 : 0;
say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);

/** Runs another program for a bounded time and keeps what it says. */
import { spawn } from 'node:child_process';

export interface Ran {
  /** Exit code; null when the program was ended, for one that took too long. */
  readonly code: number | null;
  /** Both streams, their last megabyte. */
  readonly output: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly msMax: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** @throws {Error} with code ENOENT when there is no such program */
export function runProgram(program: string, args: readonly string[], { cwd, msMax, env }: ProgramOptions): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    // Not spawn's own timeout: it would go on waiting for a program that was never there.
    const timer = setTimeout(() => child.kill('SIGKILL'), msMax);
    let output = '';
    const take = (part: string): void => { output = (output + part).slice(-1_000_000); };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (error) => { clearTimeout(timer); reject(error); });
    child.once('close', (code) => { clearTimeout(timer); resolve({ code, output }); });
  });
}

/** A longer line is source text that a stack trace quotes. */
const lineMax = 300;

/** The end of what a program said, indented below the sentence that names it. */
export const lastLines = (output: string, count = 20): string =>
  output.split('\n').filter((line) => line.slice(0, lineMax).trim() !== '').slice(-count).map((line) => `  ${line.length > lineMax ? `${line.slice(0, lineMax).trimEnd()} …` : line}`).join('\n');

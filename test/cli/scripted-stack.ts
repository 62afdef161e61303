import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { newState, writeState } from '#cli/run/server-state';
import { sleep } from '#runtime/clock';
import { homeOf, projectFolder } from '#runtime/home';
import { ensureSecrets } from '#runtime/secrets';
import { serviceNames } from '#runtime/services';

/** A request as the scripted services saw it. */
export interface Seen {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the answer takes, in milliseconds. */
  readonly delayMs?: number;
}

/** What is answered to `GET /path`: always the same, or what the function makes of the n-th request (from 0). */
export type Script = Readonly<Record<string, Reply | ((seen: Seen, times: number) => Reply)>>;

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command line against services that answer from a script, in a home of their own. */
export class ScriptedStack {
  readonly seen: Seen[] = [];
  readonly home: string;

  private constructor(home: string) {
    this.home = home;
  }

  static async start(t: ExecutionContext, script: Script): Promise<ScriptedStack> {
    const stack = new ScriptedStack(mkdtempSync(join(tmpdir(), 'bss-cli-')));
    const server = createServer(async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      let text = '';
      for await (const part of request) text += String(part);
      const one: Seen = { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) };
      const times = stack.requests(`${one.method} ${one.path}`).length;
      stack.seen.push(one);
      const found = script[`${one.method} ${one.path}`] ?? { status: 501, body: { code: 'INTERNAL', reason: 'not scripted', message: `not scripted: ${one.method} ${one.path}` } };
      const { status = 200, body, headers = {}, delayMs = 0 } = typeof found === 'function' ? found(one, times) : found;
      if (delayMs > 0) await sleep(delayMs);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body === undefined ? '' : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens on TCP
    const home = homeOf({ BSS_HOME: stack.home });
    mkdirSync(home.run, { recursive: true });
    ensureSecrets(home.secrets);
    writeState(home, { ...newState(), phase: 'ready', services: serviceNames.map((name) => ({ name, port })) });
    t.teardown(() => {
      server.closeAllConnections();
      server.close();
      rmSync(stack.home, { recursive: true, force: true });
    });
    return stack;
  }

  /** Requests of one kind, in order. */
  requests(operation: string): Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path}` === operation);
  }

  /** Runs `bss` without a terminal; 80 columns, ASCII, no colour unless `env` says otherwise. */
  bss(args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin = ''): Promise<Outcome> {
    return runBss(args, { BSS_HOME: this.home, ...env }, stdin);
  }

  /** Runs `bss` with another program reading what it prints; the exit code is that of `bss`. */
  piped(args: readonly string[], reader: string): Promise<Outcome> {
    const command = [process.execPath, join(projectFolder, 'cli', 'main.ts'), ...args].map((word) => `'${word}'`).join(' ');
    return runProgram('bash', ['-c', `${command} | ${reader} > /dev/null; exit "\${PIPESTATUS[0]}"`], { BSS_HOME: this.home });
  }
}

/** Runs `bss` without a terminal; 80 columns, ASCII, no colour unless `env` says otherwise. */
export const runBss = (args: readonly string[], env: Readonly<Record<string, string>>, stdin = ''): Promise<Outcome> =>
  runProgram(process.execPath, [join(projectFolder, 'cli', 'main.ts'), ...args], env, stdin);

function runProgram(program: string, args: readonly string[], env: Readonly<Record<string, string>>, stdin = ''): Promise<Outcome> {
  const child = spawn(program, args, {
    cwd: projectFolder, env: { NODE_COMPILE_CACHE: join(tmpdir(), 'bss-cli-compile-cache'), PATH: process.env['PATH'], HOME: process.env['HOME'], USER: 'ada', LANG: 'C', COLUMNS: '80', ...env },
  });
  const parts = { stdout: '', stderr: '' };
  child.stdout.on('data', (part) => { parts.stdout += String(part); });
  child.stderr.on('data', (part) => { parts.stderr += String(part); });
  child.stdin.end(stdin);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...parts })));
}

/** Error body of a refusal by a rule (DOMAIN §10). */
export const refusal = (rule: string, message: string, fix: readonly object[] = [], context: object = {}, status = 422): Reply => ({
  status, body: { code: 'POLICY_VIOLATION', reason: rule, message, status: String(status), '@type': 'PolicyViolation', context, fix },
});

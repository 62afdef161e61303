import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedStatus, startEmbedded, stopEmbedded } from '#db/embedded';
import { elapsedMs, sleep } from '#runtime/clock';
import { loadConfig } from '#runtime/config';
import { localEnvironment, makeHome, projectFolder, type Home } from '#runtime/home';
import { lockHolder, withLock } from '#runtime/lock';
import { isRunning, signalProcess, type ProcessMark } from '#runtime/process';
import { serviceNames } from '#runtime/services';
import { SetupError } from '#runtime/setup-error';
import { requireFreePorts } from './ports.ts';
import { lastLines, logPath, openServerLog } from './server-log.ts';
import { readLogLine } from './log-line.ts';
import { readState, removeState, runningServer, type Phase } from './server-state.ts';
import { inspect, type Stack } from './stack.ts';

const startMsMax = 120_000; // first start on a slow disk; a normal one takes three seconds
const drainMsMax = 15_000;
const killMsMax = 3_000;
const recoverMsMax = 10_000; // a busy machine, or connections that come back after their backoff
const pollMs = 20;
const linesShown = 15;

export interface BroughtUp {
  readonly stack: Stack;
  /** False when everything ran already. */
  readonly started: boolean;
  readonly ms: number;
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
}

const lockPath = (home: Home): string => join(home.run, 'stack.lock');

const locked = <T>(home: Home, what: string, work: () => Promise<T>): Promise<T> =>
  withLock(lockPath(home), what, startMsMax + drainMsMax, work);

/**
 * Brings the stack up and waits until every service is ready; what runs already is left alone.
 * @param progress told each phase once
 * @throws SetupError with the last log lines when it does not come up
 */
export async function bringUp(home: Home, progress: (phase: Phase) => void): Promise<BroughtUp> {
  const begin = elapsedMs();
  makeHome(home);
  const config = loadConfig(localEnvironment(process.env, home));
  return locked(home, 'starting or stopping the stack', async () => {
    const running = runningServer(home);
    const before = running && running.phase === 'ready' ? await inspect(home) : undefined;
    const standing = before && (await mended(home, before));
    if (standing) return { stack: standing, started: standing !== before, ms: Math.round(elapsedMs() - begin), phases: {} };
    if (running && (before || ['failed', 'stopping'].includes(running.phase))) await endServer(running.process);
    const server = runningServer(home) ? undefined : await launch(home, config.portBase);
    const stack = await untilHealthy(home, server, begin + startMsMax, progress);
    return { stack, started: true, ms: Math.round(elapsedMs() - begin), phases: readState(home)?.ms ?? {} };
  });
}

/**
 * A stack whose server lives: as it is when healthy; with its database started again when that was
 * killed. Undefined when it does not recover, so that the server must be started anew.
 */
async function mended(home: Home, stack: Stack): Promise<Stack | undefined> {
  if (stack.state === 'healthy') return stack;
  if (['stopped', 'starting'].includes(embeddedStatus(home.database).state)) await startEmbedded({ dataDir: home.database });
  const deadline = elapsedMs() + recoverMsMax;
  while (elapsedMs() < deadline) {
    const now = await inspect(home);
    if (now.state === 'healthy') return now;
    await sleep(pollMs * 5);
  }
  return undefined;
}

/** Exit of the background server, noticed without waiting for it. */
interface Launched {
  exitCode: number | null;
}

async function launch(home: Home, portBase: number): Promise<Launched> {
  await requireFreePorts(serviceNames, portBase);
  removeState(home);
  const log = openServerLog(home);
  const launched: Launched = { exitCode: null };
  const args = [...process.execArgv, join(projectFolder, 'cli', 'main.ts'), 'serve', '--all', '--prepare', '--supervised'];
  const child = spawn(process.execPath, args, { cwd: projectFolder, detached: true, stdio: ['ignore', log, log], env: { ...process.env, BSS_HOME: home.folder } });
  closeSync(log);
  child.once('error', () => { launched.exitCode = -1; });
  child.once('exit', (code) => { launched.exitCode = code ?? -1; });
  child.unref();
  return launched;
}

async function untilHealthy(home: Home, launched: Launched | undefined, deadline: number, progress: (phase: Phase) => void): Promise<Stack> {
  let shown: Phase | undefined;
  for (;;) {
    const server = runningServer(home);
    if (server && server.phase !== shown) progress((shown = server.phase));
    if (server?.phase === 'ready') {
      const stack = await inspect(home);
      if (stack.state === 'healthy') return stack;
    }
    if (launched ? launched.exitCode !== null : !server) throw notUp(home, 'The server ended while it started');
    if (elapsedMs() > deadline) throw notUp(home, `The services were not ready after ${startMsMax / 1000} s`);
    await sleep(pollMs);
  }
}

function notUp(home: Home, what: string): SetupError {
  const reason = readState(home)?.error;
  const lines = lastLines(logPath(home), linesShown).map((line) => `  ${readLogLine(line).text}`);
  const log = lines.length > 0 ? `\nLast lines of ${logPath(home)}:\n${lines.join('\n')}` : '';
  const advice = 'Run `bss logs` for more, `bss down` to clean up, then `bss up` again.';
  return new SetupError(reason ? `${reason}\n${advice}` : `${what}.${log}\n${advice}`, 7);
}

export interface BroughtDown {
  readonly server: ProcessMark | null;
  readonly database: number | null;
  readonly ms: number;
}

/** Ends the services (their work drains first) and then the embedded database. */
export async function bringDown(home: Home): Promise<BroughtDown> {
  const begin = elapsedMs();
  if (embeddedStatus(home.database).state === 'absent' && !readState(home) && !lockHolder(lockPath(home))) {
    return { server: null, database: null, ms: 0 };
  }
  makeHome(home);
  return locked(home, 'starting or stopping the stack', async () => {
    const server = runningServer(home)?.process ?? null;
    if (server) await endServer(server);
    removeState(home);
    const database = await stopEmbedded(home.database);
    return { server, database: database?.pid ?? null, ms: Math.round(elapsedMs() - begin) };
  });
}

/** SIGTERM and time to drain; SIGKILL after that: every step resumes at the next start. */
async function endServer(server: ProcessMark): Promise<void> {
  for (const [signal, msMax] of [['SIGTERM', drainMsMax], ['SIGKILL', killMsMax]] as const) {
    signalProcess(server.pid, signal);
    const deadline = elapsedMs() + msMax;
    while (elapsedMs() < deadline) {
      if (!isRunning(server)) return;
      await sleep(pollMs);
    }
  }
  throw new SetupError(`The server (process ${server.pid}) does not end, not even by SIGKILL.`, 7);
}

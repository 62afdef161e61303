import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { probe } from '#cli/run/stack';
import { embeddedStatus, removeEmbedded } from '#db/embedded';
import { sleep } from '#runtime/clock';
import { projectFolder } from '#runtime/home';
import { startMark } from '#runtime/process';
import { serviceNames, servicePort } from '#runtime/services';
import { freePortBase } from '../support/port-base.ts';

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Stack {
  readonly started: boolean;
  readonly state: string;
  readonly services: readonly { name: string; address: string; state: string }[];
}

/** The command line with a home of its own and free ports. */
class Installation {
  readonly home: string;

  constructor(t: ExecutionContext) {
    this.home = mkdtempSync(join(tmpdir(), 'bss-up-'));
    chmodSync(this.home, 0o711);
    t.teardown(async () => {
      await this.run(['down']);
      await removeEmbedded(join(this.home, 'pg'));
      rmSync(this.home, { recursive: true, force: true });
    });
  }

  spawn(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, [join(projectFolder, 'cli', 'main.ts'), ...args], {
      cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', BSS_HOME: this.home, BSS_PORT_BASE: '0', ...env },
    });
  }

  run(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
    return finished(this.spawn(args, env));
  }

  async up(): Promise<Stack> {
    const { code, stdout, stderr } = await this.run(['up', '--json']);
    if (code !== 0) throw new Error(`bss up left with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Stack; // printed by the command under test
  }

  serverPid(): number {
    const state = JSON.parse(readFileSync(join(this.home, 'run', 'server.json'), 'utf8')) as { process: { pid: number } }; // written by the server under test
    return state.process.pid;
  }

  databasePid(): number {
    return embeddedStatus(join(this.home, 'pg')).pid ?? 0;
  }
}

function finished(child: ChildProcess): Promise<Result> {
  const parts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (part) => { parts.stdout += String(part); });
  child.stderr?.on('data', (part) => { parts.stderr += String(part); });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...parts })));
}

async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (startMark(pid) !== undefined) await sleep(5);
}

test.serial('from nothing to healthy, again without change, down, and nothing left', async (t) => {
  const bss = new Installation(t);
  const first = await bss.up();
  t.true(first.started);
  t.deepEqual(first.services.map(({ name, state }) => `${name} ${state}`), [...serviceNames, 'database'].map((name) => `${name} healthy`));
  t.false((await bss.up()).started);
  t.is((await bss.run(['status'])).code, 0);
  const misspelt = await bss.run(['status'], { BSS_CURENCY: 'SGD' });
  t.deepEqual([misspelt.code, misspelt.stderr], [2, 'bss: BSS_CURENCY is not a setting; did you mean BSS_CURRENCY?\n']);
  t.regex(misspelt.stdout, /healthy/);

  const [server, database] = [bss.serverPid(), bss.databasePid()];
  t.regex((await bss.run(['down'])).stdout, /^Stopped services and database in .*; the data stays\.$/m);
  t.deepEqual([startMark(server), startMark(database)], [undefined, undefined]);
  t.is((await bss.run(['down'])).stdout, 'Nothing was running.\n');
  const status = await bss.run(['status']);
  t.is(status.code, 7);
  t.regex(status.stdout, /stopped/);
});

test.serial('two that start it at once share one server', async (t) => {
  const bss = new Installation(t);
  const stacks = await Promise.all([bss.up(), bss.up()]);
  t.deepEqual(stacks.map(({ started }) => started).sort(), [false, true]);
  t.deepEqual(stacks[0].services.map(({ address }) => address), stacks[1].services.map(({ address }) => address));
});

test.serial('killed as a whole it starts again', async (t) => {
  const bss = new Installation(t);
  await bss.up();
  await Promise.all([killed(bss.serverPid()), killed(bss.databasePid())]);
  t.is((await bss.run(['status'])).code, 7);
  const again = await bss.up();
  t.deepEqual({ started: again.started, state: again.state }, { started: true, state: 'healthy' });
});

test.serial('a killed database is started again under the living services', async (t) => {
  const bss = new Installation(t);
  await bss.up();
  const server = bss.serverPid();
  await killed(bss.databasePid());
  t.is((await bss.run(['status'])).code, 7);
  t.is((await bss.up()).state, 'healthy');
  t.is(bss.serverPid(), server);
});

test.serial('a command killed half way leaves nothing in the way of the next', async (t) => {
  const bss = new Installation(t);
  for (const ms of [100, 300, 600]) {
    const child = bss.spawn(['up']);
    await sleep(ms);
    child.kill('SIGKILL');
  }
  t.is((await bss.up()).state, 'healthy');
});

test.serial('a taken port is named with its process and the way out', async (t) => {
  const bss = new Installation(t);
  const taken = createServer();
  const base = await freePortBase();
  const port = servicePort('com', base);
  await new Promise<void>((resolve) => taken.listen(port, resolve));
  t.teardown(() => taken.close());
  const { code, stderr } = await bss.run(['up'], { BSS_PORT_BASE: String(base) });
  t.is(code, 7);
  t.regex(stderr, new RegExp(`Port ${port}, which com needs, is taken by process ${process.pid} .*BSS_PORT_BASE`));
  t.is(bss.databasePid(), 0, 'nothing was started');
});

test.serial('a bad setting is one sentence and nothing starts', async (t) => {
  const bss = new Installation(t);
  const { code, stderr } = await bss.run(['up'], { BSS_CURENCY: 'SGD' });
  t.deepEqual({ code, stderr }, { code: 2, stderr: 'BSS_CURENCY is not a setting; did you mean BSS_CURRENCY?\n' });
  t.is(bss.databasePid(), 0);
});

test.serial('serve hosts in the foreground until it is told to stop', async (t) => {
  const bss = new Installation(t);
  const base = await freePortBase();
  const child = bss.spawn(['serve', 'catalog'], { BSS_PORT_BASE: String(base) });
  const end = finished(child);
  const catalog = { name: 'catalog', port: servicePort('catalog', base) } as const;
  while ((await probe(catalog)).state !== 'healthy' && child.exitCode === null) await sleep(50);
  child.kill('SIGTERM');
  const { code, stderr } = await end;
  t.is(code, 0, stderr);
  t.is((await probe(catalog)).state, 'unhealthy');
});

test.serial('logs shows what the services said, and says when there is nothing yet', async (t) => {
  const bss = new Installation(t);
  const early = await bss.run(['logs']);
  t.is(early.code, 3);
  t.regex(early.stderr, /There is no log yet/);
  await bss.up();
  const { code, stdout } = await bss.run(['logs', '-n', '5']);
  t.is(code, 0);
  t.true(stdout.split('\n').length <= 6 && stdout.length > 0);
  t.is((await bss.run(['logs', '--since', 'yesterday'])).code, 2);
  t.regex((await bss.run(['logs', 'postgres'])).stdout, /ready to accept connections/);
});

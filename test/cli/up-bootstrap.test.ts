import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { projectFolder } from '#runtime/home';

interface Result {
  readonly code: number;
  readonly stderr: string;
}

const shellTools = ['sh', 'cksum', 'mkdir', 'rm', 'cat', 'tail', 'sed', 'grep', 'sleep', 'mv', 'rmdir'];

/** A clone with nothing but the bootstrap, and a PATH whose node and npm say what the story needs. */
class Clone {
  readonly folder: string;

  constructor(t: ExecutionContext, version = 'v24.12.0') {
    this.folder = mkdtempSync(join(tmpdir(), 'bss-bootstrap-'));
    t.teardown(() => rmSync(this.folder, { recursive: true, force: true }));
    mkdirSync(join(this.folder, 'bin'));
    mkdirSync(join(this.folder, 'path'));
    for (const name of ['bootstrap', 'bss', 'node']) copyFileSync(join(projectFolder, 'bin', name), join(this.folder, 'bin', name));
    writeFileSync(join(this.folder, 'package-lock.json'), '{}\n');
    for (const tool of shellTools) this.link(tool);
    this.program('node', `echo ${version}`);
    this.program('npm', 'echo "$@" >> npm-calls; mkdir -p node_modules/clipanion');
  }

  link(tool: string): void {
    const found = ['/usr/bin', '/bin'].map((folder) => join(folder, tool)).find(existsSync);
    if (found) symlinkSync(found, join(this.folder, 'path', tool));
  }

  program(name: string, script: string): void {
    const path = join(this.folder, 'path', name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  remove(name: string): void {
    rmSync(join(this.folder, 'path', name));
  }

  run(...args: string[]): Promise<Result> {
    return new Promise((resolve) => {
      execFile('/bin/sh', [join(this.folder, 'bin', 'bootstrap'), ...args], { env: { PATH: join(this.folder, 'path') } }, (error, _stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stderr }));
    });
  }

  /** What `bin/node` prints; the node of this clone says what it was called with. */
  node(...args: string[]): Promise<string> {
    this.program('node', 'if [ "$1" = --version ]; then echo v24.12.0; else echo "$@"; fi');
    return new Promise((resolve) => {
      execFile('/bin/sh', [join(this.folder, 'bin', 'node'), ...args], { env: { PATH: join(this.folder, 'path') } }, (_error, stdout) => resolve(stdout));
    });
  }

  calls(): string[] {
    const path = join(this.folder, 'npm-calls');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map((line) => line.replace(/ --no-audit.*/, '')) : [];
  }
}

test('packages are installed once, and again when the lock file changed', async (t) => {
  const clone = new Clone(t);
  t.is((await clone.run()).code, 0);
  t.is((await clone.run()).code, 0);
  t.deepEqual(clone.calls(), ['ci --omit=dev --ignore-scripts']);
  writeFileSync(join(clone.folder, 'package-lock.json'), '{ }\n');
  await clone.run();
  t.deepEqual(clone.calls(), ['ci --omit=dev --ignore-scripts', 'ci --omit=dev --ignore-scripts']);
});

test('tests add their packages without removing those a running stack uses, and up needs nothing after that', async (t) => {
  const clone = new Clone(t);
  await clone.run();
  await clone.run('--dev');
  await clone.run();
  t.deepEqual(clone.calls(), ['ci --omit=dev --ignore-scripts', 'install --no-save --ignore-scripts']);
});

test('six at once install once', async (t) => {
  const clone = new Clone(t);
  clone.program('npm', 'echo "$@" >> npm-calls; sleep 1; mkdir -p node_modules');
  const results = await Promise.all(Array.from({ length: 6 }, () => clone.run()));
  t.deepEqual(results.map(({ code }) => code), [0, 0, 0, 0, 0, 0]);
  t.is(clone.calls().length, 1);
});

test('the lock of a killed run is taken over', async (t) => {
  const clone = new Clone(t);
  mkdirSync(join(clone.folder, '.toolchain', 'lock'), { recursive: true });
  writeFileSync(join(clone.folder, '.toolchain', 'lock', 'pid'), '4194303\n');
  t.is((await clone.run()).code, 0);
  t.false(existsSync(join(clone.folder, '.toolchain', 'lock')));
});

test('an older Node gets the pinned one from npm, into the clone, with this machine\'s npm configuration', async (t) => {
  const clone = new Clone(t, 'v20.20.2');
  clone.program('npm', [
    'if [ "$1" = config ]; then echo /etc/npm/global; exit; fi',
    'echo "$@" >> npm-calls',
    'case "$*" in *node@*) mkdir -p .toolchain/node_modules/node/bin',
    'printf "#!/bin/sh\\necho v24.21.0\\n" > .toolchain/node_modules/node/bin/node; chmod +x .toolchain/node_modules/node/bin/node ;;',
    '*) mkdir -p node_modules ;; esac',
  ].join('\n').replace('chmod', '/bin/chmod'));
  t.is((await clone.run()).code, 0);
  t.is(clone.calls()[0], 'install --prefix .toolchain --globalconfig=/etc/npm/global --no-save --no-package-lock --ignore-scripts=false node@24.21.0');
  t.regex(readFileSync(join(clone.folder, '.toolchain', 'node-path'), 'utf8'), /\.toolchain\/node_modules\/node\/bin\/node\n$/);
});

test('a bss that is not installed says what to do', async (t) => {
  const clone = new Clone(t);
  const result = await new Promise<Result>((resolve) => {
    execFile('/bin/sh', [join(clone.folder, 'bin', 'bss'), 'status'], (error, _stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stderr }));
  });
  t.is(result.code, 7);
  t.regex(result.stderr, /not installed yet: run 'make up'/);
});

const troubles: readonly { title: string; prepare: (clone: Clone) => void; message: RegExp }[] = [
  { title: 'no npm', prepare: (clone) => clone.remove('npm'), message: /^npm is not installed: install it/ },
  { title: 'no Node', prepare: (clone) => clone.remove('node'), message: /^Node\.js is not installed/ },
  { title: 'a Node older than 20', prepare: (clone) => clone.program('node', 'echo v18.19.0'), message: /^Node v18\.19\.0 is too old/ },
  { title: 'a full disk', prepare: (clone) => clone.program('npm', 'echo "npm error code ENOSPC"; exit 1'), message: /disk is probably full/ },
  { title: 'no network', prepare: (clone) => clone.program('npm', 'echo "npm error code ENOTFOUND"; exit 1'), message: /registry cannot be reached/ },
  { title: 'no right to write', prepare: (clone) => clone.program('npm', 'echo "npm error code EACCES"; exit 1'), message: /npm may not write/ },
  { title: 'anything else', prepare: (clone) => clone.program('npm', 'echo "npm error odd"; exit 1'), message: /npm said:\n {2}npm error odd\n.*whole output is in/ },
];

for (const { title, prepare, message } of troubles) {
  test(`${title} is told in a sentence, and the next run works`, async (t) => {
    const clone = new Clone(t);
    prepare(clone);
    const { code, stderr } = await clone.run();
    t.is(code, 1);
    t.regex(stderr, message);
    clone.program('node', 'echo v24.12.0');
    clone.program('npm', 'mkdir -p node_modules');
    t.is((await clone.run()).code, 0);
  });
}

test('a program of the project runs with the chosen node, and gets what development needs before', async (t) => {
  const clone = new Clone(t);
  t.is(await clone.node('tools-gen/main.ts', '--check'), 'tools-gen/main.ts --check\n');
  t.deepEqual(clone.calls(), ['ci --ignore-scripts']);
});

test('every script of npm runs with it, since npm takes the node of the machine', (t) => {
  const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  t.deepEqual(Object.entries(scripts).filter(([, line]) => !line.startsWith('bin/node ')), []);
});

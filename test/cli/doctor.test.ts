import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { nodeCheck, portCheck, terminalCheck } from '#cli/doctor/machine';
import { clockCheck, serviceChecks } from '#cli/doctor/stack';
import { guarded, type Finding } from '#cli/doctor/check';
import { plain } from './fixtures.ts';
import { runBss, ScriptedStack } from './scripted-stack.ts';

const findingsOf = (stdout: string): Finding[] => stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Finding);

test('a Node that is too old fails, the wanted one and later ones do not', (t) => {
  t.deepEqual(['24.11.9', '22.20.0', '24.12.0', '24.21.0', '26.0.0'].map((version) => nodeCheck(version).verdict), ['fail', 'fail', 'ok', 'ok', 'ok']);
});

test('a narrow or half deaf terminal is worth a warning', (t) => {
  t.is(terminalCheck({ ...plain, unicode: true }, {}).verdict, 'ok');
  t.is(terminalCheck({ ...plain, unicode: true, width: 72 }, {}).verdict, 'warn');
  t.is(terminalCheck(plain, { LANG: 'C' }).verdict, 'warn');
  t.is(terminalCheck(plain, { TERM: 'dumb' }).verdict, 'ok');
});

test('a port that is taken fails with the process that has it', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const { verdict, finding, fix } = await portCheck(port - 1);
  t.is(verdict, 'fail');
  t.regex(finding, new RegExp(`${port} by process ${process.pid}`));
  t.regex(fix, /BSS_PORT_BASE/);
  t.is((await portCheck(0)).verdict, 'ok');
});

test('a service that is not ready fails by name', async (t) => {
  const { verdict, finding } = await serviceChecks([{ name: 'crm', port: 1 }]);
  t.is(verdict, 'fail');
  t.is(finding, 'not ready: crm');
});

test('a clock that stands still, or was moved either way, is worth a warning', async (t) => {
  const found = (clock: object) => clockCheck({ clients: { admin: () => ({ GET: () => Promise.resolve({ data: { now: '2026-11-22T09:15:00.000Z', ...clock }, response: new Response() }) }) } } as never); // all it asks of a session
  t.like(await found({ frozen: true, offsetMs: 0 }), { verdict: 'warn', finding: 'business time stands still at 2026-11-22T09:15:00.000Z', fix: 'bss clock unfreeze' });
  t.like(await found({ frozen: false, offsetMs: 86_400_000 }), { verdict: 'warn', finding: 'business time is 1 d ahead of this machine' });
  t.like(await found({ frozen: false, offsetMs: -90_000 }), { verdict: 'warn', finding: 'business time is 1 min 30 s behind this machine' });
  t.like(await found({ frozen: false, offsetMs: 12 }), { verdict: 'ok', finding: 'runs, 2026-11-22T09:15:00.000Z' });
});

test('a check that breaks is a finding, not a crash', async (t) => {
  t.like(await guarded('outbox', () => Promise.reject(new Error('no such table'))), [{ name: 'outbox', verdict: 'fail', finding: 'cannot be checked: no such table' }]);
});

test('where nothing was ever started the doctor says so, makes nothing and leaves with 1', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'bss-cli-'));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  const { code, stdout } = await runBss(['doctor', '--json'], { BSS_HOME: join(home, 'none') });
  t.is(code, 1);
  const findings = findingsOf(stdout);
  t.deepEqual(findings.map(({ name }) => name), ['node', 'terminal', 'secrets', 'specs']);
  t.like(findings[2], { verdict: 'fail', finding: 'nothing was ever started here', fix: 'make up' });
});

test('secrets that others can read fail with the command that mends it', async (t) => {
  const stack = await ScriptedStack.start(t, {});
  chmodSync(join(stack.home, 'secrets.json'), 0o644);
  const { code, stdout } = await stack.bss(['doctor', '--json']);
  t.is(code, 1);
  t.like(findingsOf(stdout).find(({ name }) => name === 'secrets'), { verdict: 'fail', fix: `chmod 600 ${join(stack.home, 'secrets.json')}` });
});

test('a setting that is wrong is a finding too', async (t) => {
  const stack = await ScriptedStack.start(t, {});
  const { code, stdout } = await stack.bss(['doctor', '--json'], { BSS_TAX_RATE_BP: 'nine' });
  t.is(code, 1);
  t.regex(findingsOf(stdout).find(({ name }) => name === 'configuration')?.finding ?? '', /BSS_TAX_RATE_BP/);
});

import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { loadConfig } from '#runtime/config';
import { projectFolder } from '#runtime/home';
import { ensureSecrets, readSecrets, secretNames } from '#runtime/secrets';

const run = promisify(execFile);

const place = (t: { teardown: (fn: () => void) => void }): string => {
  const folder = mkdtempSync(join(tmpdir(), 'bss-secrets-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'secrets.json');
};

test('the first run makes secrets that the configuration accepts, for their owner only', (t) => {
  const path = place(t);
  const secrets = ensureSecrets(path);
  t.is(statSync(path).mode & 0o777, 0o600);
  t.true(secretNames.every((name) => (secrets[name] ?? '').length === 64));
  const roles = new Map(loadConfig(secrets).identities.map(({ name, role }) => [name, role]));
  t.is(roles.get('provisioning-sim'), 'system');
  t.is(roles.get('cli'), 'admin');
  t.is(roles.get('portal_self_serve'), 'customer');
});

test('a later run reads the same secrets', (t) => {
  const path = place(t);
  t.deepEqual(ensureSecrets(path), ensureSecrets(path));
});

test('a newer version adds what it needs and keeps what there is', (t) => {
  const path = place(t);
  const { BSS_PII_PEPPER, ...older } = ensureSecrets(path);
  t.truthy(BSS_PII_PEPPER);
  writeFileSync(path, JSON.stringify(older), { mode: 0o600 });
  const completed = ensureSecrets(path);
  t.is(completed['BSS_API_TOKEN'], older['BSS_API_TOKEN']);
  t.is(completed['BSS_PII_PEPPER']?.length, 64);
  t.not(completed['BSS_PII_PEPPER'], BSS_PII_PEPPER);
});

test('a file that others may read is refused with the command that mends it', (t) => {
  const path = place(t);
  ensureSecrets(path);
  chmodSync(path, 0o644);
  t.throws(() => readSecrets(path), { message: new RegExp(`mode 0644.*chmod 600 ${path}`) });
});

test('a damaged file is named, not replaced', (t) => {
  const path = place(t);
  writeFileSync(path, '{"BSS_API_TOKEN": 7', { mode: 0o600 });
  t.throws(() => ensureSecrets(path), { message: /is damaged/ });
  t.is(readFileSync(path, 'utf8'), '{"BSS_API_TOKEN": 7');
});

test('eight processes that start at once share one set of secrets and leave no draft', async (t) => {
  const path = place(t);
  const script = `import { ensureSecrets } from '#runtime/secrets'; console.log(ensureSecrets(${JSON.stringify(path)}).BSS_API_TOKEN);`;
  const outputs = await Promise.all(
    Array.from({ length: 8 }, () => run(process.execPath, ['--input-type=module', '-e', script], { cwd: projectFolder })),
  );
  t.is(new Set(outputs.map(({ stdout }) => stdout)).size, 1);
  t.deepEqual(readdirSync(join(path, '..')), ['secrets.json']);
});

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { operations } from '#generated/operations';
import { projectFolder } from '#runtime/home';
import { displayWidth } from '#cli/renderers/text';
import { runBss } from './scripted-stack.ts';

const bss = (...args: string[]) => runBss(['specs', ...args], {});
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

test('every API is shown with its title and how much it answers, without a stack', async (t) => {
  const { code, stdout } = await bss('show', '--json');
  t.is(code, 0);
  const rows = lines(stdout).map((line) => JSON.parse(line) as { id: string; title: string; operations: number });
  t.is(rows.reduce((sum, row) => sum + row.operations, 0), Object.keys(operations).length);
  t.like(rows.find(({ id }) => id === 'TMF629'), { title: 'Customer Management', version: '4.0.0', service: 'crm' });
});

test('an API is shown by its operations, an operation by what it takes and gives', async (t) => {
  const api = await bss('show', 'tmf629', '--width', '80');
  t.is(api.code, 0);
  t.regex(api.stdout, /createCustomer +POST +Create a customer/);
  const one = await bss('show', 'TMF629.createCustomer', '--width', '80');
  t.regex(one.stdout, /POST \/tmf-api\/customerManagement\/v4\/customer[\s\S]+name \* +text[\s\S]+engagedParty \* +RelatedParty[\s\S]+answers: 201 Customer[\s\S]+roles: .*csr[\s\S]+command: bss customer create/);
  t.regex((await bss('show', 'TMF676.listPayment', '--width', '80')).stdout, /GET \/tmf-api\/payment\/v4\/payment\n.*GET \/payment\/v4\/payment\n/);
  const own = JSON.parse((await bss('show', 'crm.attestKyc', '--json')).stdout) as { rules: string[]; parameters: { name: string; mandatory: boolean }[] };
  t.true(own.rules.includes('kyc.attest.token_invalid'));
  t.like(own.parameters.find(({ name }) => name === 'id'), { mandatory: true });
});

test('nothing that is shown is wider than the terminal', async (t) => {
  for (const args of [['show'], ['show', 'TMF620'], ['show', 'TMF620.createProductOffering'], ['show', 'inventory.createMsisdnRange'], ['diff']]) {
    const { stdout } = await bss(...args, '--width', '80');
    t.deepEqual(lines(stdout).filter((line) => displayWidth(line) > 80), [], args.join(' '));
  }
});

test('a name that is none is answered with the nearest one', async (t) => {
  const { code, stderr } = await bss('show', 'TMF622.createProductOrdr');
  t.is(code, 2);
  t.regex(stderr, /did you mean TMF622\.createProductOrder\?/);
});

test('the documents are as pinned', async (t) => {
  const { code, stdout } = await bss('diff');
  t.is(code, 0);
  t.regex(stdout, /nothing changed/);
});

test('a download that says the same agrees; one that does not is told line by line', async (t) => {
  const file = 'TMF629-Customer-v4.0.0.json';
  const same = await bss('verify', join(projectFolder, 'specs/tmf', file));
  t.is(same.code, 0);
  const folder = await mkdtemp(join(tmpdir(), 'specs-verify-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await cp(join(projectFolder, 'specs/tmf', file), join(folder, file));
  const document = JSON.parse(await readFile(join(folder, file), 'utf8')) as { components: { schemas: { Customer: { properties: object } } } };
  document.components.schemas.Customer.properties = { ...document.components.schemas.Customer.properties, nickname: { type: 'string' } };
  await writeFile(join(folder, file), JSON.stringify(document));
  const other = await bss('verify', folder, '--json');
  t.is(other.code, 1);
  t.deepEqual(lines(other.stdout).map((line) => (JSON.parse(line) as { api: string; text: string }).text), ['added property Customer.nickname']);
});

test('a file that is not there, or is none of the kind, is a usage error in one line', async (t) => {
  const absent = await bss('verify', '/nowhere/TMF629.json');
  t.is(absent.code, 2);
  t.is(absent.stderr, 'bss: There is no file /nowhere/TMF629.json.\n');
  const wrong = await bss('verify', join(projectFolder, 'package.json'));
  t.is(wrong.code, 2);
  t.is(lines(wrong.stderr).length, 1);
});

import test from 'ava';
import ts from 'typescript';
import { fileURLToPath } from 'node:url';
import { Database } from '#db/database';
import { cloneDatabase, type ClonedDatabase } from '#db/template';
import { action } from '#policy/action';
import { PolicyViolation } from '#runtime/errors';
import { rule } from '#policy/rule';
import { Clock } from '#runtime/clock';
import type { Permit } from '#runtime/permit';

/** A write needs a permit: the compiler says so, and so does the running system (ARCHITECTURE §5). */
let clone: ClonedDatabase;
let som: Database;

test.before(async () => {
  clone = await cloneDatabase();
  som = new Database({ url: clone.urlOf('som'), service: 'som', clock: new Clock() });
});

test.after.always(async () => {
  await som?.close();
  await clone?.drop();
});

const inboxRow = { consumer: 'som.test', eventId: '00000000-0000-7000-8000-000000000001', receivedAt: new Clock().now(), receivedMs: 0 };
const take = action('test.take');

test.serial('a permit opens one writer in its own transaction', async (t) => {
  await som.tx(async (tx) => {
    const row = await tx.writer(take.permit(tx)).insert<{ consumer: string }>('service_inventory.inbox', inboxRow);
    t.is(row.consumer, 'som.test');
  });
});

test.serial('a permit is used up by its first write', async (t) => {
  await t.throwsAsync(som.tx(async (tx) => {
    const permit = take.permit(tx);
    tx.writer(permit);
    tx.writer(permit);
  }), { message: 'the permit for test.take was used already' });
});

test.serial('a permit of another transaction opens nothing', async (t) => {
  const foreign = await som.tx(async (tx) => take.permit(tx));
  await t.throwsAsync(som.tx(async (tx) => void tx.writer(foreign)), { message: 'the permit for test.take belongs to another transaction' });
});

test.serial('an object that policy did not make is no permit', async (t) => {
  const forged = {} as Permit<'test.take'>; // what a caller would have to write to get past the compiler
  await t.throwsAsync(som.tx(async (tx) => void tx.writer(forged)), { message: /not a permit/ });
});

test.serial('reading cannot write', async (t) => {
  await t.throwsAsync(som.tx((tx) => tx.read("UPDATE service_inventory.inbox SET consumer = 'x'")), { message: /cannot write/ });
});

test.serial('a broken rule gives no permit and says what to do', async (t) => {
  const never = rule<{ id: string }>({
    code: 'test.take.never', title: 'It is never allowed.', when: 'always', check: () => false,
    context: ({ id }) => ({ id }), fix: () => [{ hint: 'ask another day' }],
  });
  const error = await t.throwsAsync<PolicyViolation>(som.tx(async (tx) => void action('test.never', [never]).permit(tx, { id: 'X-1' })), { instanceOf: PolicyViolation });
  t.like(error, { rule: 'test.take.never', status: 422, context: { id: 'X-1' }, fix: [{ hint: 'ask another day' }] });
});

test.serial("a service's role cannot touch another's tables", async (t) => {
  for (const text of [
    "INSERT INTO crm.inbox VALUES ('x', gen_random_uuid(), '2026-01-01', 0)",
    'SELECT * FROM payment.idempotency',
    'DELETE FROM audit.domain_event',
    "UPDATE audit.chain_head SET hash = 'x'",
    'TRUNCATE audit.event_delivery',
    'SELECT * FROM integrations.queue_message',
  ]) {
    await t.throwsAsync(som.read(text), { message: /permission denied/ }, text);
  }
});

test('a write without a permit does not compile', (t) => {
  const source = `
    import type { Tx } from '#db/database';
    import type { Permit } from '#runtime/permit';
    declare const tx: Tx;
    declare function store(tx: Tx, permit: Permit<'order.create'>): void;
    declare const other: Permit<'order.cancel'>;
    tx.writer({});
    store(tx, other);
    tx.writer(other);
  `;
  const lines = compile(source).map(({ line }) => line);
  t.deepEqual(lines, [6, 7]);
});

/** Type errors of a piece of source placed in this folder, by line. */
function compile(source: string): { line: number; message: string }[] {
  const file = fileURLToPath(new URL('planted.ts', import.meta.url));
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config, ts.sys, root);
  const host = ts.createCompilerHost({ ...options, incremental: false, tsBuildInfoFile: undefined });
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? source : readFile(name));
  host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2023) : getSourceFile(name, ...rest));
  const program = ts.createProgram([file], { ...options, incremental: false, tsBuildInfoFile: undefined }, host);
  const planted = program.getSourceFile(file);
  return program.getSemanticDiagnostics(planted).map((one) => ({
    line: planted!.getLineAndCharacterOfPosition(one.start ?? 0).line,
    message: ts.flattenDiagnosticMessageText(one.messageText, ' '),
  }));
}

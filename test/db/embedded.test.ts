import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import pg from 'pg';
import { embeddedStatus, removeEmbedded, startEmbedded, stopEmbedded, type EmbeddedServer } from '#db/embedded';
import { sleep } from '#runtime/clock';
import { projectFolder } from '#runtime/home';
import { startMark } from '#runtime/process';

const run = promisify(execFile);

function dataFolder(t: ExecutionContext, name = 'pg'): string {
  const folder = mkdtempSync(join(tmpdir(), 'bss-pg-'));
  chmodSync(folder, 0o711);
  t.teardown(async () => {
    await removeEmbedded(join(folder, name));
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, name);
}

async function query(server: EmbeddedServer, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server.adminUrl });
  client.on('error', () => undefined); // the server of a crash story goes away under it
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const placeOf = (dataDir: string): string => {
  const record: { place: string } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { place: string }; // written by the module under test
  return record.place;
};

test.serial('a server starts from nothing, is found running, stops, and starts again with its data', async (t) => {
  const dataDir = dataFolder(t);
  t.is(embeddedStatus(dataDir).state, 'absent');
  const first = await startEmbedded({ dataDir, port: 0 });
  t.is(first.ownership, 'started');
  t.true(first.created);
  await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');

  const second = await startEmbedded({ dataDir, port: 0 });
  t.deepEqual({ ownership: second.ownership, pid: second.pid, created: second.created }, { ownership: 'attached', pid: first.pid, created: false });
  t.deepEqual({ state: embeddedStatus(dataDir).state, port: embeddedStatus(dataDir).port }, { state: 'running', port: first.port });

  t.is((await stopEmbedded(dataDir))?.signal, 'SIGINT');
  t.is(await stopEmbedded(dataDir), null);
  t.is(embeddedStatus(dataDir).state, 'stopped');
  const third = await startEmbedded({ dataDir, port: 0 });
  t.deepEqual(await query(third, 'SELECT answer FROM kept'), [{ answer: 42 }]);
});

test.serial('commits are durable, text is UTF-8 and only passwords on 127.0.0.1 get in', async (t) => {
  const dataDir = dataFolder(t);
  const server = await startEmbedded({ dataDir, port: 0 });
  const [row] = await query(server, `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync,
    current_setting('listen_addresses') AS listen, current_setting('server_encoding') AS encoding,
    current_setting('server_version_num')::int / 10000 AS major`);
  t.deepEqual(row, { fsync: 'on', sync: 'on', listen: '127.0.0.1', encoding: 'UTF8', major: 16 });
  const wrong = new pg.Client({ connectionString: server.adminUrl.replace(/:[0-9a-f]{64}@/, ':wrong@') });
  await t.throwsAsync(wrong.connect(), { message: /password authentication failed/ });
});

test.serial('four processes that start the same server at once share one', async (t) => {
  const dataDir = dataFolder(t);
  const script = `import { startEmbedded } from '#db/embedded'; const s = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, port: 0 }); console.log(JSON.stringify([s.pid, s.ownership]));`;
  const outputs = await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', script], { cwd: projectFolder })));
  const answers = outputs.map(({ stdout }) => JSON.parse(stdout) as [number, string]); // printed by the script above
  t.is(new Set(answers.map(([pid]) => pid)).size, 1);
  t.is(answers.filter(([, ownership]) => ownership === 'started').length, 1);
  t.truthy(startMark(answers[0]![0]), 'the server outlives the process that started it');
});

test.serial('a server killed by kill -9 comes back with everything committed', async (t) => {
  const dataDir = dataFolder(t);
  const server = await startEmbedded({ dataDir, port: 0 });
  await query(server, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n');
  process.kill(server.pid, 'SIGKILL');
  while (startMark(server.pid) !== undefined) await sleep(5);
  const again = await startEmbedded({ dataDir, port: 0 });
  t.is(again.ownership, 'started');
  t.deepEqual(await query(again, 'SELECT count(*)::int AS n FROM kept'), [{ n: 1000 }]);
});

test.serial('a process number left behind that belongs to somebody else now does not count as the server', async (t) => {
  const dataDir = dataFolder(t);
  await startEmbedded({ dataDir, port: 0 });
  await stopEmbedded(dataDir);
  const pidFile = join(placeOf(dataDir), 'cluster', 'postmaster.pid');
  writeFileSync(pidFile, `${process.pid}\n/elsewhere\n0\n54329\n\n127.0.0.1\n0\nready   \n`);
  t.is(embeddedStatus(dataDir).state, 'stopped');
  t.is((await startEmbedded({ dataDir, port: 0 })).ownership, 'started');
});

test.serial('a cluster that was being made when the machine went down is made anew', async (t) => {
  const dataDir = dataFolder(t);
  await startEmbedded({ dataDir, port: 0 });
  await stopEmbedded(dataDir);
  const place = placeOf(dataDir);
  rmSync(join(place, 'cluster'), { recursive: true });
  mkdirSync(join(place, 'cluster.draft-dead', 'base'), { recursive: true });
  const server = await startEmbedded({ dataDir, port: 0 });
  t.true(server.created);
  t.false(existsSync(join(place, 'cluster.draft-dead')));
});

test.serial('without its record a cluster is set aside and a new one made', async (t) => {
  const dataDir = dataFolder(t);
  const first = await startEmbedded({ dataDir, port: 0 });
  const place = placeOf(dataDir);
  rmSync(join(dataDir, 'server.json'));
  const second = await startEmbedded({ dataDir, port: 0 });
  t.not(second.pid, first.pid);
  t.true(second.created);
  t.is(startMark(first.pid), undefined, 'the old server was ended');
  t.true(existsSync(join(place, 'cluster.previous', 'PG_VERSION')));
});

const listen = (port: number): Promise<Server> => new Promise((resolve, reject) => {
  const server = createServer().once('error', reject);
  server.listen(port, '127.0.0.1', () => resolve(server));
});

test.serial('a port somebody else took is left to them, and the one found is remembered', async (t) => {
  const dataDir = dataFolder(t);
  const busy = await listen(0);
  t.teardown(() => busy.close());
  const port = (busy.address() as AddressInfo).port; // it listens on TCP
  const server = await startEmbedded({ dataDir, port });
  t.true(server.port > port && server.port < port + 50);
  await stopEmbedded(dataDir);
  t.is((await startEmbedded({ dataDir })).port, server.port);
});

test.serial('a data folder too deep for a socket is served over TCP alone', async (t) => {
  const server = await startEmbedded({ dataDir: dataFolder(t, 'd'.repeat(100)), port: 0 });
  t.is(server.socketFolder, null);
  t.deepEqual(await query(server, 'SELECT 1 AS one'), [{ one: 1 }]);
});

const asRoot = process.getuid?.() === 0 ? test.serial : test.serial.skip;

asRoot('below a folder that only root enters, the server runs elsewhere as somebody else', async (t) => {
  const dataDir = dataFolder(t);
  chmodSync(join(dataDir, '..'), 0o700);
  const server = await startEmbedded({ dataDir, port: 0 });
  t.false(placeOf(dataDir).startsWith(dataDir));
  t.not(statSync(`/proc/${server.pid}`).uid, 0);
  t.deepEqual(await query(server, 'SELECT 1 AS one'), [{ one: 1 }]);
});

test.serial('a setting of the caller wins over ours', async (t) => {
  const dataDir = dataFolder(t);
  const server = await startEmbedded({ dataDir, port: 0, settings: { shared_buffers: '32MB' } });
  t.deepEqual(await query(server, 'SHOW shared_buffers'), [{ shared_buffers: '32MB' }]);
});

test.serial('a damaged record is named instead of being overwritten', async (t) => {
  const dataDir = dataFolder(t);
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'server.json'), '{"place":');
  await t.throwsAsync(startEmbedded({ dataDir, port: 0 }), { message: /server\.json is damaged/ });
  rmSync(join(dataDir, 'server.json'));
});

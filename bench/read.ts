/**
 * Reads of large tables at a constant rate: GET, lists, totals and far pages of five resources with
 * 100,000 rows each, beside the database alone in the same run.
 * `node bench/read.ts [rows] [seconds]`; the result goes to bench/results/read.json.
 *
 * Open loop: a request starts when its time has come, whatever became of those before it, and its
 * latency counts from that time on. The embedded PostgreSQL has no pgbench; the calibration asks for
 * one row by its key through node-postgres at the same rate and with the same clock.
 */
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { cpus, getPriority, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { removeEmbedded, startEmbedded } from '#db/embedded';
import { installationUrl, migrate, seed, withClient } from '#db/migrate';
import { testEnvironment } from '#db/template';
import { resources, type ResourceKey } from '#generated/resources';
import { Clock, elapsedMs, isoTime, sleep } from '#runtime/clock';
import { loadConfig } from '#runtime/config';
import type { ServiceName } from '#runtime/services';
import { manyRows } from '../test/support/many-rows.ts';
import { readCases, type ReadCase } from './read-cases.ts';

const rows = Number(process.argv[2] ?? 100_000);
const seconds = Number(process.argv[3] ?? 20);
const ratePerSecond = 200;
const warmUpSeconds = 3;
const socketsMax = 64;

// A server of its own: what others commit would cost the totals.
const dataDir = mkdtempSync(join(tmpdir(), 'bss-read-'));
const server = await startEmbedded({ dataDir, port: 0 });
const databaseUrl = installationUrl(server.adminUrl);
const config = loadConfig(testEnvironment);
await migrate(databaseUrl, config, server.adminUrl);
await seed(databaseUrl, config);
await withClient(databaseUrl, (client) => manyRows(client, rows));
const child = fork(fileURLToPath(new URL('../test/support/serve-child.ts', import.meta.url)), {
  env: { ...testEnvironment, PATH: process.env['PATH'], BSS_PORT_BASE: '0', BSS_DATABASE_URL: databaseUrl },
});
const services = await new Promise<{ name: ServiceName; port: number }[]>((resolve) => child.once('message', (sent) => resolve(sent as never))); // what serve-child.ts sends
const ports = new Map(services.map(({ name, port }) => [name, port]));
const agent = new Agent({ keepAlive: true, maxSockets: socketsMax });
const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 });

process.once('exit', () => child.kill('SIGKILL')); // also after an error

const calibrate = (): Promise<Measured> => atRate(seconds, async (i) => {
  await pool.query({ name: 'one', text: 'SELECT * FROM order_mgmt.product_order WHERE id = $1', values: [readCases.oneOf('ORD', i, rows)] });
  return 'one row by its key';
});

const before = await calibrate();
const phases: Record<string, unknown> = {};
for (const [name, cases] of Object.entries(readCases.phases)) {
  await atRate(warmUpSeconds, (i) => read(cases[i % cases.length]!, i + 1_000_000));
  const cpuBegin = cpuMs(child.pid!);
  const measured = await atRate(seconds, (i) => read(cases[i % cases.length]!, i));
  const cpuMsPerRequest = round((cpuMs(child.pid!) - cpuBegin) / (seconds * ratePerSecond));
  phases[name] = { ...summary(measured.all), cpuMsPerRequest, cases: Object.fromEntries([...measured.byCase].map(([label, times]) => [label, summary(times)])) };
  console.log(name, JSON.stringify(summary(measured.all)));
}
const after = await calibrate();

const result = {
  at: isoTime(new Clock().now()), node: process.version, cores: cpus().length, cpu: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30), loadOneMinute: round(loadavg()[0]!), niceness: getPriority(),
  rows, ratePerSecond, seconds, pageRows: 100,
  calibration: { what: 'one row by its key through node-postgres, no pgbench in the embedded server', before: summary(before.all), after: summary(after.all) },
  phases,
};
mkdirSync(new URL('results', import.meta.url), { recursive: true });
writeFileSync(new URL('results/read.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
agent.destroy();
await pool.end();
child.kill('SIGTERM');
await new Promise((resolve) => child.once('exit', resolve));
await removeEmbedded(dataDir);

interface Measured {
  readonly all: readonly number[];
  readonly byCase: ReadonlyMap<string, number[]>;
}

/** Starts `call` at the rate, and gives the milliseconds from when each was due to its end, by the label it returns. */
async function atRate(lengthSeconds: number, call: (i: number) => Promise<string>): Promise<Measured> {
  const byCase = new Map<string, number[]>();
  const begin = elapsedMs();
  const running: Promise<void>[] = [];
  for (let i = 0; i < lengthSeconds * ratePerSecond; i += 1) {
    const due = begin + (i * 1000) / ratePerSecond;
    while (elapsedMs() < due) await sleep(1);
    running.push(call(i).then((label) => {
      const times = byCase.get(label) ?? [];
      byCase.set(label, times);
      times.push(elapsedMs() - due);
    }));
  }
  await Promise.all(running);
  return { all: [...byCase.values()].flat(), byCase };
}

/** @returns the case's label; @throws {Error} any answer but 200, 206 or 304 */
function read(one: ReadCase, i: number): Promise<string> {
  const { service, path } = addressOf(one.resource);
  const options = { agent, host: '127.0.0.1', port: ports.get(service)!, path: path + one.suffix(i, rows), headers: { 'x-bss-api-token': testEnvironment['BSS_CLI_API_TOKEN']! } };
  return new Promise((resolve, reject) => {
    const request = get(options, (response) => {
      if (![200, 206, 304].includes(response.statusCode!)) reject(new Error(`${options.path} answered ${response.statusCode}`));
      response.resume();
      response.once('end', () => resolve(`${one.resource.split('.')[1]} ${one.label}`));
      response.once('error', reject);
    });
    // A kept connection may end just as it is used again; such a request is sent anew (RFC 9112 §9.3.1).
    request.once('error', (error) => (request.reusedSocket ? read(one, i).then(resolve, reject) : reject(error)));
  });
}

function addressOf(key: ResourceKey): { service: ServiceName; path: string } {
  const { service, path } = resources[key];
  return { service, path };
}

function summary(times: readonly number[]): { requests: number; p50: number; p95: number; p99: number; max: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);
  return { requests: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}

/** Processor time of a process so far (proc(5): utime and stime in hundredths of a second). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

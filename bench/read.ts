/**
 * Reads of large tables at a constant rate: GET, lists, totals and far pages of five resources with
 * 100,000 rows each, beside the database alone in the same run.
 * `node bench/read.ts [rows] [seconds]`; the result goes to bench/results/read.json.
 *
 * Open loop: a request starts when its time has come, whatever became of those before it, and its
 * latency counts from that time on. Plans are those of the statements the resource layer sends.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, getPriority, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parse } from 'node:querystring';
import { removeEmbedded, startEmbedded, type EmbeddedServer } from '#db/embedded';
import { installationUrl, migrate, seed, withClient } from '#db/migrate';
import { testEnvironment } from '#db/template';
import { resources } from '#generated/resources';
import { Clock, isoTime } from '#runtime/clock';
import { loadConfig } from '#runtime/config';
import type { ResourceDefinition } from '../handlers/resource/resource.ts';
import type { ServiceName } from '#runtime/services';
import { bigDefinitions } from '../test/support/big-definitions.ts';
import { start, stop } from '../test/support/killable.ts';
import { nodesOf, plansOf } from '../test/support/list-plans.ts';
import { manyRows } from '../test/support/many-rows.ts';
import { calibrationOf } from './calibration.ts';
import { cpuMs, endedCpuMs, residentMiB } from './process.ts';
import { atRate, round, summary, type Summary } from './rate.ts';
import { readCases, type ReadCase } from './read-cases.ts';
import { Reader } from './reader.ts';

const rows = Number(process.argv[2] ?? 100_000);
const seconds = Number(process.argv[3] ?? 20);
const ratePerSecond = 200;
const warmUpSeconds = 3;

// A server of its own: what others commit would cost the totals.
const dataDir = mkdtempSync(join(tmpdir(), 'bss-read-'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void removeEmbedded(dataDir).then(() => process.exit(1)));
try {
  const measured = await bench(await startEmbedded({ dataDir, port: 0 }));
  const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30), loadOneMinute: round(loadavg()[0]!), niceness: getPriority() };
  const result = { at: isoTime(new Clock().now()), ...machine, rows, ratePerSecond, seconds, pageRows: 100, ...measured };
  mkdirSync(new URL('results', import.meta.url), { recursive: true });
  writeFileSync(new URL('results/read.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await removeEmbedded(dataDir);
}

async function bench(server: EmbeddedServer): Promise<object> {
  const databaseUrl = installationUrl(server.adminUrl);
  const plans = await filled(server, databaseUrl);
  const child = await start({ url: databaseUrl }, {
    // The rows are a year old: nothing is to be removed while it is read.
    BSS_MONITOR_RETENTION_DAYS: '0', BSS_REFUSED_PAYMENT_RETENTION_DAYS: '0',
  });
  process.once('exit', () => child.process.kill('SIGKILL')); // also after an error
  const readers = new Map([...child.ports].map(([name, port]) => [name, new Reader(port, testEnvironment['BSS_CLI_API_TOKEN']!)]));
  const calibration = calibrationOf({ databaseUrl, ratePerSecond, seconds, rows });
  const before = await calibration.run();
  const phases: [string, Phase][] = [];
  for (const [name, cases] of Object.entries(readCases.phases)) {
    const phase = await measure(cases, readers, [child.process.pid!, server.pid]);
    phases.push([name, phase]);
    console.log(name, JSON.stringify({ ...phase, cases: undefined }));
  }
  const after = await calibration.run();
  for (const reader of readers.values()) reader.close();
  await stop(child);
  const alone = (before.p99 + after.p99) / 2;
  const compared = phases.map(([name, phase]) => [name, { p99ToCalibration: round(phase.p99 / alone), ...phase }]);
  return { calibration: { what: 'one row by its key', tool: calibration.tool, before, after }, phases: Object.fromEntries(compared) as object, plans };
}

/** @returns the plans of the lists to come */
async function filled(server: EmbeddedServer, databaseUrl: string): Promise<Record<string, string[]>> {
  const config = loadConfig(testEnvironment);
  await migrate(databaseUrl, config, server.adminUrl);
  await seed(databaseUrl, config);
  return withClient(databaseUrl, async (client) => {
    await manyRows(client, rows);
    await client.query('CHECKPOINT'); // of all that was just written, which would else go on beside the measurements
    return plansOfCases((definition, query) => plansOf(client, definition, query, rows));
  });
}

interface Phase extends Summary {
  readonly cpuMsPerRequest: number;
  readonly databaseCpuMsPerRequest: number;
  /** Memory of all services when it ended. */
  readonly residentMiB: number;
  readonly cases: Readonly<Record<string, Summary>>;
}

async function measure(cases: readonly ReadCase[], readers: ReadonlyMap<ServiceName, Reader>, [serving, postmaster]: readonly [number, number]): Promise<Phase> {
  const call = (i: number): Promise<string> => read(readers, cases[i % cases.length]!, i);
  await atRate(ratePerSecond, warmUpSeconds, (i) => call(i + cases.length * 100_000));
  const begin = [cpuMs(serving), databaseCpuMs(postmaster)] as const;
  const times = await atRate(ratePerSecond, seconds, call);
  const perRequest = (ms: number): number => round(ms / (seconds * ratePerSecond));
  return {
    ...summary([...times.values()].flat()),
    cpuMsPerRequest: perRequest(cpuMs(serving) - begin[0]), databaseCpuMsPerRequest: perRequest(databaseCpuMs(postmaster) - begin[1]),
    residentMiB: residentMiB(serving),
    cases: Object.fromEntries([...times].map(([label, one]) => [label, summary(one)])),
  };
}

/** How the page and the total of each kind of list are found, by the label of its case. */
async function plansOfCases(explain: (definition: ResourceDefinition, query: Record<string, string>) => Promise<string[]>): Promise<Record<string, string[]>> {
  const lists = Object.values(readCases.phases).flat().filter(({ label }) => label !== 'GET');
  const found: Record<string, string[]> = {};
  for (const one of lists) {
    const definition = bigDefinitions.find(({ key }) => key === one.resource)!; // each of them is big
    found[labelOf(one)] = (await explain(definition, { ...parse(one.suffix(7, rows).slice(1)) } as Record<string, string>)).map(nodesOf); // no name comes twice
  }
  return found;
}

function labelOf({ resource, label }: ReadCase): string {
  return `${resource.split('.')[1]} ${label}`;
}

/** @returns the case's label; @throws {Error} any answer but 200, 206 or 304 */
async function read(readers: ReadonlyMap<ServiceName, Reader>, one: ReadCase, i: number): Promise<string> {
  const { service, path } = resources[one.resource];
  const address = path + one.suffix(i, rows);
  const status = await readers.get(service)!.get(address);
  if (![200, 206, 304].includes(status)) throw new Error(`${address} answered ${status}`);
  return labelOf(one);
}

/** Processor time of all connections of a server, also of those that have ended. */
function databaseCpuMs(postmaster: number): number {
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ').map(Number);
  return children.reduce((sum, pid) => sum + (existsSync(`/proc/${pid}`) ? cpuMs(pid) : 0), endedCpuMs(postmaster));
}

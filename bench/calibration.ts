/** What the database alone takes on this machine now: one row by its key, at the rate of the bench. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { atRate, summary, type Summary } from './rate.ts';

export interface Calibration {
  readonly tool: string;
  run(): Promise<Summary>;
}

interface Options {
  readonly databaseUrl: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly rows: number;
}

const connections = 8;

/** pgbench where it is installed (the embedded PostgreSQL has none), else a loop of ours with the same clock. */
export function calibrationOf(options: Options): Calibration {
  const version = spawnSync('pgbench', ['--version'], { encoding: 'utf8' }).stdout?.trim();
  return version ? { tool: version, run: () => Promise.resolve(pgbench(options)) } : { tool: 'node-postgres, for want of pgbench', run: () => nodePostgres(options) };
}

/** Its log has a line per transaction: client, number, microseconds since it was due, and more. */
function pgbench({ databaseUrl, ratePerSecond, seconds, rows }: Options): Summary {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), 'bss-pgbench-'));
  try {
    writeFileSync(join(folder, 'one.sql'), "\\set i random(1, :rows)\nSELECT * FROM order_mgmt.product_order WHERE id = 'ORD-' || lpad(:i::text, greatest(3, length(:i::text)), '0');\n");
    const { status, stderr } = spawnSync('pgbench', [
      '--no-vacuum', '--protocol=prepared', `--client=${connections}`, `--rate=${ratePerSecond}`, `--time=${seconds}`, `--define=rows=${rows}`, '--file=one.sql', '--log', '--log-prefix=one',
    ], { cwd: folder, encoding: 'utf8', env: { ...process.env, PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGDATABASE: pathname.slice(1) } });
    if (status !== 0) throw new Error(`pgbench ended with ${status}: ${stderr}`);
    const lines = readdirSync(folder).filter((file) => file.startsWith('one.') && file !== 'one.sql').flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'));
    return summary(lines.map((line) => Number(line.split(' ')[2]) / 1000));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function nodePostgres({ databaseUrl, ratePerSecond, seconds, rows }: Options): Promise<Summary> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
  const times = await atRate(ratePerSecond, seconds, async (i) => {
    const number = String(1 + ((i * 7919) % rows)).padStart(3, '0');
    await pool.query({ name: 'one', text: 'SELECT * FROM order_mgmt.product_order WHERE id = $1', values: [`ORD-${number}`] });
    return 'one row by its key';
  });
  await pool.end();
  return summary([...times.values()].flat());
}

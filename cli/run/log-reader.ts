import { statSync } from 'node:fs';
import { type BaseContext } from 'clipanion';
import { embeddedStatus } from '#db/embedded';
import { Clock, sleep } from '#runtime/clock';
import { homeOf, type Home } from '#runtime/home';
import { isServiceName, serviceNames } from '#runtime/services';
import { SetupError } from '#runtime/setup-error';
import { readLogLine, sinceMs } from './log-line.ts';
import { lastLines, logPath, readBytes } from './server-log.ts';

export interface LogRequest {
  readonly count: number;
  readonly follow: boolean;
  readonly since: string | undefined;
  readonly json: boolean;
  readonly service: string | undefined;
}

const pollMs = 200;
const chunkBytes = 256_000;

/** `bss logs`: the last lines that fit the request, then new ones while `follow`. */
export async function showLogs(context: BaseContext, request: LogRequest): Promise<number> {
  const path = fileOf(homeOf(process.env), request.service);
  const print = printer(request);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined && !request.follow) throw new SetupError(`There is no log yet (${path}); start the stack with \`make up\`.`, 3);
  const found = lastLines(path, Number.MAX_SAFE_INTEGER).map(print).filter((line) => line !== null);
  for (const line of found.slice(-request.count)) context.stdout.write(`${line}\n`);
  if (request.follow) await followFile(path, size ?? 0, (line) => {
    const text = print(line);
    if (text !== null) context.stdout.write(`${text}\n`);
  });
  return 0;
}

function fileOf(home: Home, service: string | undefined): string {
  if (service === 'postgres' || service === 'database') return embeddedStatus(home.database).log;
  if (service !== undefined && !isServiceName(service)) {
    throw new SetupError(`There is no log of "${service}"; there are ${serviceNames.join(', ')} and postgres.`, 2);
  }
  return logPath(home);
}

/** The text to show for a line, or null when the request leaves it out. */
function printer(request: LogRequest): (line: string) => string | null {
  const now = new Clock().tick();
  const start = request.since === undefined ? -Infinity : sinceMs(request.since, now);
  if (start === undefined) throw new SetupError(`--since ${request.since} is neither a duration such as 15m nor a time such as 2026-01-31T08:00Z.`, 2);
  const only = request.service !== undefined && isServiceName(request.service) ? request.service : undefined;
  return (line) => {
    const entry = readLogLine(line);
    if (only !== undefined && entry.service !== only) return null;
    if (start > -Infinity && (entry.timeMs === null || entry.timeMs < start)) return null;
    return request.json ? line : entry.text;
  };
}

/** Reads what is appended until the process is interrupted; a file that shrank was rotated. */
async function followFile(path: string, from: number, print: (line: string) => void): Promise<never> {
  let offset = from;
  for (;;) {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size < offset) offset = 0;
    for (let read = wholeLines(path, offset, size); read.bytes > 0; read = wholeLines(path, offset, size)) {
      offset += read.bytes;
      read.lines.forEach(print);
    }
    await sleep(pollMs);
  }
}

/** Complete lines from an offset; a line longer than a chunk is given in pieces. */
function wholeLines(path: string, offset: number, size: number): { bytes: number; lines: string[] } {
  if (offset >= size) return { bytes: 0, lines: [] };
  const chunk = readBytes(path, offset, Math.min(chunkBytes, size - offset));
  const end = chunk.lastIndexOf(0x0a) + 1;
  const bytes = end === 0 && chunk.length === chunkBytes ? chunkBytes : end;
  return { bytes, lines: chunk.toString('utf8', 0, bytes).split('\n').filter((line) => line !== '') };
}

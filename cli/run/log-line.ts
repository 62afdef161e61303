/** One line of the server log, as pino writes it. */
export interface LogLine {
  /** Epoch milliseconds; null for a line that is not JSON. */
  readonly timeMs: number | null;
  readonly service: string | null;
  readonly text: string;
}

const levels: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** Fields shown elsewhere in the line or of no use to a reader. */
const quiet = new Set(['level', 'time', 'pid', 'hostname', 'name', 'service', 'msg']);

/** `09:15:02.114 catalog  warn  message key=value …`; anything that is not JSON stays as it is. */
export function readLogLine(line: string): LogLine {
  const entry = parse(line);
  if (!entry) return { timeMs: null, service: null, text: printable(line) };
  const timeMs = Date.parse(String(entry['time'])) || Number(entry['time']) || null;
  const service = entry['service'] === undefined ? null : String(entry['service']);
  const rest = Object.entries(entry).filter(([key]) => !quiet.has(key)).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const time = timeMs === null ? '' : new Date(timeMs).toISOString().slice(11, 23);
  const level = levels[Number(entry['level'])] ?? String(entry['level'] ?? '');
  const text = [time, (service ?? '-').padEnd(16), level.padEnd(5), String(entry['msg'] ?? ''), ...rest].join(' ');
  return { timeMs, service, text: printable(text) };
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>; // it starts with a brace
  } catch {
    return undefined; // cut off by a crash
  }
}

/** Data must not steer the terminal: control and bidirectional characters are shown, not obeyed. */
const printable = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Start of `--since`: a duration before now (`15m`, `1h30m`, `2d`) or an ISO 8601 time.
 * @returns epoch milliseconds, or undefined when it is neither
 */
export function sinceMs(text: string, nowMs: number): number | undefined {
  if (/^(\d{1,6}[smhd])+$/.test(text)) {
    const parts = text.match(/\d+[smhd]/g) ?? [];
    return nowMs - parts.reduce((sum, part) => sum + Number(part.slice(0, -1)) * units[part.slice(-1)]!, 0);
  }
  const at = Date.parse(text);
  return /^\d{4}-\d\d-\d\d/.test(text) && Number.isFinite(at) ? at : undefined;
}

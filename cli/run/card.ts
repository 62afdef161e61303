import { type Stack } from './stack.ts';

/** What a renderer may know of the terminal (AGENT-AND-CLI §8). */
export interface Look {
  readonly width: number;
  readonly unicode: boolean;
  readonly color: boolean;
}

export interface Extras {
  /** Shown at the right end of the top rule: `up in 2.9 s`. */
  readonly note: string;
  /** `initdb 0.5 s · migrations 0.3 s`. */
  readonly timings: readonly (readonly [step: string, ms: number])[];
  /** Where else to look: `pages`, `tokens`. */
  readonly places: readonly (readonly [name: string, place: string])[];
  readonly next: readonly (readonly [command: string, what: string])[];
}

const narrow = 60;
const widest = 100;

export const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;

/** Status card: top rule, left gutter, open right side, so wide glyphs and copying never break it. */
export function stackCard(title: string, stack: Stack, extras: Extras, look: Look): string {
  const lines = [...serviceLines(stack, look), ...totals(stack, extras, look), ...nextLines(extras)];
  if (look.width < narrow) return [`${title}: ${extras.note}`, ...lines, ''].join('\n');
  const width = Math.min(look.width, widest);
  const [corner, rule, gutter] = look.unicode ? ['┌', '─', '│'] : ['+', '-', '|'];
  const left = `${corner}${rule} ${title} `;
  const right = ` ${extras.note} ${rule}`;
  const top = left + rule.repeat(Math.max(1, width - left.length - right.length)) + right;
  return [top, ...lines.map((line) => `${gutter} ${line}`.trimEnd()), ''].join('\n');
}

const colors: Readonly<Record<string, string>> = { healthy: '32', starting: '33', unhealthy: '31', stopped: '31' };

const painted = (text: string, state: string, look: Look): string => (look.color ? `\x1b[${colors[state] ?? '0'}m${text}\x1b[0m` : text);

function serviceLines(stack: Stack, look: Look): string[] {
  const name = Math.max(10, ...stack.services.map((one) => one.name.length));
  const address = Math.max(10, ...stack.services.map((one) => one.address.length));
  return stack.services.map((one) => {
    const taken = one.ms === null ? '' : `${' '.repeat(11 - one.state.length)}${seconds(one.ms)}`;
    return `${one.name.padEnd(name)}  ${one.address.padEnd(address)}  ${painted(one.state, one.state, look)}${taken}`;
  });
}

function totals(stack: Stack, extras: Extras, look: Look): string[] {
  const dot = look.unicode ? ' · ' : ', ';
  const { server, database } = stack.memoryBytes;
  const memory = [server === null ? '' : `services ${mebibytes(server)}`, database === null ? '' : `database ${mebibytes(database)}`].filter(Boolean);
  const lines = [''];
  if (stack.problem) lines.push(stack.problem);
  if (extras.timings.length > 0) lines.push(`time    ${extras.timings.map(([step, ms]) => `${step} ${seconds(ms)}`).join(dot)}`);
  lines.push(...extras.places.map(([name, place]) => `${name.padEnd(7)} ${place}`));
  if (memory.length > 0) lines.push(`memory  ${mebibytes((server ?? 0) + (database ?? 0))}${look.unicode ? ' — ' : ' - '}${memory.join(dot)}`);
  return lines;
}

function nextLines(extras: Extras): string[] {
  const column = Math.max(0, ...extras.next.map(([command]) => command.length));
  return extras.next.length === 0 ? [] : ['', 'Next', ...extras.next.map(([command, what]) => `  ${command.padEnd(column)}  ${what}`)];
}

/** Reads the terminal from a stream and the environment. */
export function lookOf(stream: { isTTY?: boolean; columns?: number }, env: Readonly<Record<string, string | undefined>>): Look {
  const dumb = env['TERM'] === 'dumb';
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return {
    width: Number(env['COLUMNS']) || stream.columns || 80,
    unicode: !dumb && /utf-?8/i.test(locale),
    color: !dumb && !env['NO_COLOR'] && (stream.isTTY === true || Boolean(env['FORCE_COLOR'])),
  };
}

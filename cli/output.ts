import type { BaseContext } from 'clipanion';
import { envelopeOf, fixTexts, type Failure } from './failure.ts';
import { at, columnsOf, fieldColumns, type Row } from './renderers/list-columns.ts';
import type { Look } from './renderers/look.ts';
import { anyText } from './renderers/values.ts';

/** How a command was asked to print. */
export interface OutputOptions {
  readonly json: boolean;
  readonly plain: boolean;
  readonly quiet: boolean;
  readonly fields: readonly string[];
}

/** Data goes to stdout, messages go to stderr (AGENT-AND-CLI §7). */
export class Output {
  readonly options: OutputOptions;
  readonly look: Look;
  readonly #context: Pick<BaseContext, 'stdout' | 'stderr'>;

  constructor(options: OutputOptions, look: Look, context: Pick<BaseContext, 'stdout' | 'stderr'>) {
    this.options = options;
    this.look = look;
    this.#context = context;
  }

  /**
   * One result: JSON, `key<TAB>value` lines, its id, or its card.
   * @param now business time, from which a card counts
   */
  async show(value: object, now: Date = this.look.now): Promise<void> {
    const row = value as Row; // an answer of a service is a JSON object
    const { json, plain, quiet, fields } = this.options;
    if (json) return this.data(jsonText(picked(row, fields)));
    if (quiet) return this.data(anyText(row['id']));
    if (plain) return this.data(plainLines(row, fields));
    const [{ render }, { renderKeyValue }] = await Promise.all([import('./renderers/render.ts'), import('./renderers/key-value.ts')]);
    const chosen = fields.length > 0;
    const look = { ...this.look, now };
    this.raw(chosen ? renderKeyValue(picked(row, fields), look, anyText(row['@type'] ?? 'Result')) : await render(row, look));
  }

  /** Rows of a list for scripts: one JSON object, one line of values or one id per row. */
  rows(objects: readonly object[], type: string): void {
    const rows = objects as readonly Row[]; // rows of a list are JSON objects
    const { json, quiet, fields } = this.options;
    const columns = fields.length > 0 ? fieldColumns(fields) : columnsOf(type, rows);
    for (const row of rows) {
      if (json) this.data(jsonText(picked(row, fields)));
      else if (quiet) this.data(anyText(row['id']));
      else this.data(columns.map((column) => column.cell(row)).join('\t'));
    }
  }

  /** Whether the output is for scripts, not for eyes. */
  get scripted(): boolean {
    return this.options.json || this.options.plain || this.options.quiet;
  }

  /** A line of data. */
  data(line: string): void {
    this.#context.stdout.write(`${line}\n`);
  }

  /** Ready text of a card. */
  raw(text: string): void {
    this.#context.stdout.write(text);
  }

  /** A message for people; `--quiet` and `--json` keep it back. */
  say(text: string): void {
    if (!this.options.quiet && !this.options.json) this.#context.stderr.write(`${text}\n`);
  }

  /** What went wrong: the envelope, or a sentence, or the card of a refusal. @returns the exit code */
  async fail(failure: Failure): Promise<number> {
    const { stderr } = this.#context;
    if (this.options.json) stderr.write(`${safeJson(envelopeOf(failure))}\n`);
    else if (failure.rule !== undefined) {
      const { renderRefused } = await import('./renderers/refused.ts');
      stderr.write(renderRefused({ rule: failure.rule, message: failure.message, fixes: fixTexts(failure) }, this.look));
    } else {
      const more = failure.kind === 'NOT_FOUND' ? (await import('./where-listed.ts')).whereListed(failure.message) : undefined;
      stderr.write(`bss: ${[anyText(failure.message), more].filter(Boolean).join(' ')}\n`);
    }
    return failure.exitCode;
  }
}

/** Only the members asked for, by their paths. */
function picked(row: Row, fields: readonly string[]): Row {
  return fields.length === 0 ? row : Object.fromEntries(fields.map((field) => [field, at(row, field) ?? null]));
}

const plainLines = (row: Row, fields: readonly string[]): string =>
  Object.entries(picked(row, fields)).map(([key, value]) => `${anyText(key)}\t${anyText(value)}`).join('\n');

/** JSON that is safe on a terminal. */
export const jsonText = (value: unknown, indent = 0): string => safeJson(JSON.stringify(value, null, indent));

/** The same JSON with every sign escaped that a terminal could obey: it escapes only the lowest of them by itself. */
const safeJson = (json: string): string =>
  json.replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, (sign) => [...sign].map(escaped).join(''));

function escaped(sign: string): string {
  return Array.from({ length: sign.length }, (_, index) => `\\u${sign.charCodeAt(index).toString(16).padStart(4, '0')}`).join('');
}

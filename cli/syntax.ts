import type { Definition } from 'clipanion';
import { nearest } from './nearest.ts';

export interface SyntaxFailure {
  readonly kind: 'INVALID_ARGUMENT' | 'MISSING_FIELDS';
  /** The first line says what is wrong, the others how it is written. */
  readonly message: string;
}

/** Explains a command line that the command does not take. */
export function syntaxFailure(error: Error, definition: Definition | undefined, path: string): SyntaxFailure {
  const positionals = positionalsOf(definition, path);
  const usage = `Usage: ${['bss', path, ...positionals, '[options]'].join(' ')}\n       bss ${path} --help tells more.`;
  const missing = error.message.includes('Not enough positional arguments');
  return { kind: missing ? 'MISSING_FIELDS' : 'INVALID_ARGUMENT', message: `${missing ? `Say ${positionals.join(' ')}.` : sentenceOf(error, definition)}\n${usage}` };
}

/** `<name>` for what must be said, `[name]` for what may be. */
const positionalsOf = (definition: Definition | undefined, path: string): readonly string[] =>
  (definition?.usage ?? '').replace(/^bss /, '').slice(path.length).match(/<[^>]+>|\[[^\]-][^\]]*\]/g) ?? [];

function sentenceOf({ message }: Error, definition: Definition | undefined): string {
  const unknown = /Unsupported option name \("([^"]*)"\)/.exec(message)?.[1];
  if (unknown !== undefined) {
    const options = (definition?.options ?? []).flatMap((option) => option.definition.match(/--?[a-z][\w-]*/g) ?? []);
    const meant = nearest(unknown, options);
    return `There is no option ${unknown}${meant ? `; did you mean ${meant}?` : '.'}`;
  }
  const extra = /Extraneous positional argument \("([^"]*)"\)/.exec(message)?.[1];
  return extra === undefined ? (message.split('\n')[0] ?? message) : `"${extra}" is one word too many.`;
}

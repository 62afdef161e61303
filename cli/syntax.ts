import type { Definition } from 'clipanion';
import { nearest } from './nearest.ts';

export interface SyntaxFailure {
  readonly kind: 'INVALID_ARGUMENT' | 'MISSING_FIELDS';
  /** The first line says what is wrong, the others how it is written. */
  readonly message: string;
}

/** Explains a command line that the command does not take. */
export function syntaxFailure(error: Error, definition: Definition | undefined, path: string, argv: readonly string[]): SyntaxFailure {
  const positionals = positionalsOf(definition, path);
  const usage = `Usage: ${['bss', path, ...positionals, '[options]'].join(' ')}\n       bss ${path} --help tells more.`;
  const missing = error.message.includes('Not enough positional arguments');
  return { kind: missing ? 'MISSING_FIELDS' : 'INVALID_ARGUMENT', message: `${missing ? `Say ${positionals.join(' ').replace(' ...', '')}.` : sentenceOf(error, definition, argv)}\n${usage}` };
}

/** `<name>` for what must be said, `[name]` for what may be. */
const positionalsOf = (definition: Definition | undefined, path: string): readonly string[] =>
  (definition?.usage ?? '').replace(/^bss /, '').slice(path.length).match(/<[^>]+>(?: \.\.\.)?|\[[^\]-][^\]]*\]/g) ?? [];

function sentenceOf({ message }: Error, definition: Definition | undefined, argv: readonly string[]): string {
  const options = (definition?.options ?? []).flatMap((option) => option.definition.match(/--?[a-z][\w-]*/gi) ?? []);
  const unknown = /(?:Unsupported|Invalid) option name \("([^"]*)"\)/.exec(message)?.[1] ?? (message.startsWith('Command not found') ? foreign(argv, options) : undefined);
  if (unknown !== undefined) {
    const meant = nearest(unknown, options.filter((option) => option.startsWith('--')));
    return `There is no option ${unknown}${meant ? `; did you mean ${meant}?` : '.'}`;
  }
  const extra = /Extraneous positional argument \("([^"]*)"\)/.exec(message)?.[1];
  return extra === undefined ? (message.split('\n')[0] ?? message) : `"${extra}" is one word too many.`;
}

/** The first option the command does not have: where a word may be left out, the parser only says that nothing fits. */
const foreign = (argv: readonly string[], options: readonly string[]): string | undefined =>
  argv.find((word) => word.startsWith('-') && word !== '-' && !options.includes(word.split('=')[0] ?? ''));

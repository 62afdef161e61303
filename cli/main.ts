import { Cli, type Command } from 'clipanion';
import type { Entry } from './commands.ts';
import { meaningOf } from './command-words.ts';

/** Environment of a call; the tests give their own. */
type Streams = typeof Cli.defaultContext;

const helpWords = new Set(['--help', '-h', 'help']);
const versionWords = new Set(['--version', '-v', 'version']);

/** @returns the exit code: 0 ok, 1 failure, 2 usage, 3 not found, 4 policy, 5 conflict, 6 auth, 7 unavailable */
async function main(argv: readonly string[], streams: Streams): Promise<number> {
  const [first = ''] = argv;
  if (versionWords.has(first)) return print(`${(await import('./version.ts')).version}\n`, streams.stdout);
  if (helpWords.has(first) && argv.length > 1) return main([...argv.slice(1), '--help'], streams);
  const meaning = meaningOf(argv);
  if (meaning.kind === 'command') return call(meaning.entry, [...argv], streams);
  const { columnsOf, groupHelp, overview } = await import('./help.ts');
  // A program that asks for JSON gets an envelope, not a list of commands.
  if (argv.includes('--json') && meaning.kind !== 'unknown') return complain(`Say which command; bss ${meaning.kind === 'group' ? `${meaning.group} ` : ''}--help lists them.`, argv, streams, 2, 'MISSING_FIELDS');
  if (meaning.kind === 'group') {
    const asked = meaning.rest.some((word) => helpWords.has(word));
    const stream = asked ? streams.stdout : streams.stderr;
    return print(groupHelp(meaning.group, columnsOf(stream, streams.env)), stream) || (asked ? 0 : 2);
  }
  if (meaning.kind === 'none') {
    const asked = helpWords.has(first);
    const stream = asked ? streams.stdout : streams.stderr;
    return print(overview(columnsOf(stream, streams.env)), stream) || (asked ? 0 : 2);
  }
  const hint = meaning.meant ? `did you mean \`bss ${meaning.meant}\`?` : `bss ${meaning.group === undefined ? '' : `${meaning.group} `}--help lists what there is.`;
  return complain(`There is no command "${meaning.typed}"; ${hint}`, argv, streams);
}

function print(text: string, stream: Streams['stdout' | 'stderr']): number {
  stream.write(text);
  return 0;
}

/** Reads the one command that was asked for and runs it. */
async function call(entry: Entry, argv: string[], streams: Streams): Promise<number> {
  const commandClass = await entry.load();
  const cli = new Cli({ binaryName: 'bss', enableColors: false });
  cli.register(commandClass);
  const [definition] = cli.definitions();
  if (definition && (argv.includes('--help') || argv.includes('-h'))) {
    const { columnsOf, commandHelp } = await import('./help.ts');
    return print(commandHelp(definition, columnsOf(streams.stdout, streams.env)), streams.stdout);
  }
  const command = parsed(cli, argv, streams);
  if (command instanceof Error) {
    const { syntaxFailure } = await import('./syntax.ts');
    const { kind, message } = syntaxFailure(command, definition, entry.path, argv);
    return complain(message, argv, streams, 2, kind);
  }
  try {
    return await command.validateAndExecute();
  } catch (error) {
    const { failureOf } = await import('./failure.ts');
    const failure = failureOf(error);
    if (!failure) throw error;
    return complain(failure.message, argv, streams, failure.exitCode, failure.kind);
  }
}

function parsed(cli: Cli, argv: string[], streams: Streams): Command | Error {
  try {
    return cli.process(argv, streams);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function complain(message: string, argv: readonly string[], { stderr }: Streams, exitCode = 2, kind = 'INVALID_ARGUMENT'): number {
  stderr.write(argv.includes('--json') ? `${JSON.stringify({ ok: false, error: { kind, message: message.split('\n')[0] } })}\n` : `${message}\n`);
  return exitCode;
}

// `bss customer list | head`: the reader has enough, which is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
process.exitCode = await main(process.argv.slice(2), Cli.defaultContext);

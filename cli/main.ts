import { Builtins, Cli } from 'clipanion';
import { DownCommand } from './run/down.ts';
import { LogsCommand } from './run/logs.ts';
import { ServeCommand } from './run/serve.ts';
import { StatusCommand } from './run/status.ts';
import { UpCommand } from './run/up.ts';

const cli = new Cli({ binaryName: 'bss', binaryLabel: 'BSS-CLI', binaryVersion: '0.1.0' });
for (const command of [UpCommand, DownCommand, StatusCommand, LogsCommand, ServeCommand, Builtins.HelpCommand, Builtins.VersionCommand]) {
  cli.register(command);
}
// `bss logs | head`: the reader has enough, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.exitCode = await cli.run(process.argv.slice(2), Cli.defaultContext);

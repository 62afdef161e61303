import { Command, Option, UsageError } from 'clipanion';
import { reported } from './report.ts';

export class LogsCommand extends Command {
  static override paths = [['logs']];

  static override usage = Command.Usage({
    category: 'Run',
    description: 'Show the log of the services, or of the database (`postgres`).',
    examples: [['Follow everything', '$0 logs -f'], ['What rating did in the last ten minutes', '$0 logs --since 10m rating']],
  });

  follow = Option.Boolean('-f,--follow', false, { description: 'Go on showing new lines until Ctrl-C.' });
  since = Option.String('--since', { description: 'Only lines since a time, or a duration ago: 15m, 1h30m, 2026-01-31T08:00Z.' });
  lines = Option.String('-n,--lines', '100', { description: 'How many lines at most, 1 to 10000.' });
  json = Option.Boolean('--json', false, { description: 'Print the lines as they were written.' });
  service = Option.String({ required: false, name: 'service' });

  override async execute(): Promise<number> {
    const count = Number(this.lines);
    if (!/^\d{1,5}$/.test(this.lines) || count < 1 || count > 10_000) throw new UsageError('--lines must be a whole number 1 to 10000.');
    return reported(this.context, this.json, async () => {
      const { showLogs } = await import('./log-reader.ts');
      return showLogs(this.context, { count, follow: this.follow, since: this.since, json: this.json, service: this.service });
    });
  }
}

import { Command, Option } from 'clipanion';
import { reported } from './report.ts';

export class StatusCommand extends Command {
  static override paths = [['status']];

  static override usage = Command.Usage({
    category: 'Run',
    description: 'Show whether each service and the database is healthy; exit 7 when one is not.',
  });

  json = Option.Boolean('--json', false, { description: 'Print one JSON object.' });

  override async execute(): Promise<number> {
    return reported(this.context, this.json, async () => {
      const { showStatus } = await import('./up-screen.ts');
      return showStatus(this.context, this.json);
    });
  }
}

import { Command, Option } from 'clipanion';
import { reported } from './report.ts';

export class UpCommand extends Command {
  static override paths = [['up']];

  static override usage = Command.Usage({
    category: 'Run',
    description: 'Start database, services and seed data; print where everything is.',
    details: `
      Starts the embedded PostgreSQL (or uses BSS_DATABASE_URL), migrates and seeds it, starts all services in one
      background process and waits until each is ready. What runs already is left alone.
    `,
    examples: [['Start everything', '$0 up'], ['The same for a script', '$0 up --json']],
  });

  wait = Option.Boolean('--wait', true, { description: 'Wait until every service is ready (always so; accepted for scripts).' });
  json = Option.Boolean('--json', false, { description: 'Print one JSON object.' });

  override async execute(): Promise<number> {
    return reported(this.context, this.json, async () => {
      const { showUp } = await import('./up-screen.ts');
      return showUp(this.context, this.json);
    });
  }
}

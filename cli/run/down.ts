import { Command, Option } from 'clipanion';
import { reported } from './report.ts';

export class DownCommand extends Command {
  static override paths = [['down']];

  static override usage = Command.Usage({
    category: 'Run',
    description: 'Stop the services and the embedded database; the data stays.',
  });

  json = Option.Boolean('--json', false, { description: 'Print one JSON object.' });

  override async execute(): Promise<number> {
    return reported(this.context, this.json, async () => {
      const [{ bringDown }, { homeOf }, { seconds }] = await Promise.all([import('./supervisor.ts'), import('#runtime/home'), import('./card.ts')]);
      const { server, database, ms } = await bringDown(homeOf(process.env));
      const stopped = [server && 'services', database !== null && 'database'].filter(Boolean).join(' and ');
      if (this.json) this.context.stdout.write(`${JSON.stringify({ server: server?.pid ?? null, database, ms })}\n`);
      else this.context.stdout.write(stopped ? `Stopped ${stopped} in ${seconds(ms)}; the data stays.\n` : 'Nothing was running.\n');
      return 0;
    });
  }
}
